"""Compiles and trial-imports modules in a separate, limited process; the caller's own process runs none of it.

Used by `runtime.session` (before a change goes live), by `host` and by `project`. Designs that were weighed (a fresh
interpreter for each request, a pool of them, a fork of the caller, a warm worker that forks) are in docs/versions.md.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from types import MappingProxyType
from typing import Any

from sandbox_kernel.versions import verdicts
from sandbox_kernel.versions.artifact import (
    CompileLimits,
    CompileReport,
    Diagnostic,
    digest,
)
from sandbox_kernel.versions.cache import ArtifactCache, prefixes
from sandbox_kernel.versions.frames import FrameError
from sandbox_kernel.versions.launching import Launch, freshly
from sandbox_kernel.versions.profile import Profile
from sandbox_kernel.versions.reading import Reading, read, report_of
from sandbox_kernel.versions.source_text import check_name, check_text
from sandbox_kernel.versions.worker_process import WarmWorker

PRELOAD = (
    "asyncio", "base64", "bisect", "collections", "contextlib", "copy", "csv", "dataclasses", "datetime", "decimal",
    "enum", "fractions", "functools", "heapq", "io", "itertools", "json", "logging", "math", "pathlib", "random", "re",
    "sqlite3", "statistics", "string", "textwrap", "threading", "time", "types", "typing", "unittest", "uuid",
)  # fmt: skip
KERNEL_NAMES = ("display", "get_ipython")
ENTER = "sandbox_kernel.isolation.compiling:enter"
_LIMITS, _PROFILE = CompileLimits(), Profile()
_NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class CompilerStatistics:
    """Since the compiler was made. `worker_starts` above 1: it was idle for long, or something killed it."""

    requests: int = 0
    modules: int = 0
    cache_hits: int = 0
    worker_starts: int = 0
    total_ms: float = 0.0


@dataclass(frozen=True, slots=True)
class _Job:
    """One call of `compile`."""

    sources: Mapping[str, str]
    live: Mapping[str, str]
    tried: list[str]
    paths: Mapping[str, str]
    timeout_s: float


class Compiler:
    """Thread-safe; one request at a time. The worker starts with the first request and ends with `close`.

    `search_path` is where imports are looked for besides the given sources; its first directory is where a trial import
    runs. `environment` replaces the inherited one. `preload` are modules that the worker imports once. `enter` names a
    `package.module:function` that confines each child before it takes its request; `launch` starts the worker.
    """

    def __init__(
        self,
        *,
        search_path: Sequence[str] = (),
        limits: CompileLimits = _LIMITS,
        profile: Profile = _PROFILE,
        names: Sequence[str] = KERNEL_NAMES,
        environment: Mapping[str, str] | None = None,
        preload: Sequence[str] = PRELOAD,
        enter: str = ENTER,
        launch: Launch = freshly,
        cache: ArtifactCache | None = None,
    ) -> None:
        self._search_path = tuple(search_path)
        self._limits = limits
        self._profile = profile
        self._names = tuple(names)
        self.cache = cache or ArtifactCache()
        self._worker = WarmWorker({"preload": list(preload), "enter": enter}, environment, launch)
        self._constant = {
            "search_path": list(search_path),
            "names": list(names),
            "profile": profile.to_json(),
            "limits": asdict(limits),
        }
        self._edition = digest(repr((profile, self._names)))  # what static findings depend on besides the text
        self._lock = threading.Lock()
        self._statistics = CompilerStatistics()

    # -- public -----------------------------------------------------------------------------------------------

    def compile(
        self,
        sources: Mapping[str, str],
        *,
        live: Mapping[str, str] = _NOTHING,
        trial_import: bool | Collection[str] = True,
        timeout_s: float | None = None,
        paths: Mapping[str, str] = _NOTHING,
    ) -> CompileReport:
        """Looks at all `sources` and imports them (or those named) for trial, with the `live` ones that they need.

        `timeout_s` is the limits' own `wall_s` when left out. `paths` are the files of modules that are not where their
        name says, below the first of the search path.

        Never raises for bad source; ValueError and TypeError for misuse. What is wrong is in the report, all of it.
        """
        timeout_s = self._limits.wall_s if timeout_s is None else timeout_s
        _refuse_misuse(sources, live, timeout_s)
        begun = time.perf_counter()
        tried = [name for name in sources if trial_import is True or (trial_import and name in trial_import)]
        report = self._compile(_Job(sources, live, tried, paths, timeout_s))
        taken_ms = (time.perf_counter() - begun) * 1000
        self._count(len(sources), report.cache_hits, taken_ms)
        return replace(report, duration_ms=taken_ms)

    def start(self) -> None:
        """Starts the worker before there is anything to ask; does not wait for it. If it fails the first request says so."""
        with contextlib.suppress(OSError):
            self._worker.start()

    def statistics(self) -> CompilerStatistics:
        return replace(self._statistics, worker_starts=self._worker.starts)

    def close(self) -> None:
        """Ends the worker, also in the middle of a request, which is then reported as ended. The last call."""
        self._worker.close()

    def __enter__(self) -> Compiler:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # -- one request ------------------------------------------------------------------------------------------

    def _compile(self, job: _Job) -> CompileReport:
        findings = {module: self._look(module, source) for module, source in job.sources.items()}
        sound = {module: job.sources[module] for module, found in findings.items() if not _has_error(found)}
        beside = prefixes({*job.sources, *job.live})
        cached = {module: self.cache.get(module, source, self._edition, beside) for module, source in sound.items()}
        artifacts = {module: found for module, found in cached.items() if found is not None}
        hits = len(artifacts)
        request = self._request(job, sound, analyse=[module for module in sound if module not in artifacts])
        if len(sound) < len(job.sources) or any(_has_error(found.diagnostics) for found in artifacts.values()):
            request["trial"] = []
        result = self._result(request, job.timeout_s)
        for found in result.artifacts.values():
            self.cache.put(found, self._edition, beside)
        report = report_of(job.sources, findings, artifacts | result.artifacts, result, hits)
        return replace(report, tried=len(request["trial"]) if result.tried else 0)

    def _result(self, request: Mapping[str, Any], timeout_s: float) -> Reading:  # Any: JSON
        if not request["analyse"] and not request["trial"]:
            return Reading()
        try:
            return read(self._worker.ask(request, timeout_s), request, self._limits, timeout_s)
        except (OSError, FrameError):
            return Reading(troubles=[("", verdicts.of_worker())])

    def _look(self, module: str, source: str) -> list[Diagnostic]:
        name = check_name(module)
        return ([name] if name else []) + check_text(source, self._limits.source_bytes)

    def _request(self, job: _Job, sources: dict[str, str], *, analyse: list[str]) -> dict[str, Any]:  # Any: JSON
        live = {name: text for name, text in job.live.items() if name not in job.sources}
        return {
            "sources": sources,
            "live": live,
            "paths": {module: job.paths.get(module) or self._path(module) for module in (*sources, *live)},
            "analyse": analyse,
            "trial": job.tried,
            "timeout_s": job.timeout_s,
            **self._constant,
        }

    def _path(self, module: str) -> str:
        """The file that a module has or would have: what tracebacks and `__file__` name."""
        root = self._search_path[0] if self._search_path else ""
        return os.path.join(root, *module.split(".")) + ".py"

    def _count(self, modules: int, hits: int, taken_ms: float) -> None:
        with self._lock:
            now = self._statistics
            self._statistics = replace(
                now,
                requests=now.requests + 1,
                modules=now.modules + modules,
                cache_hits=now.cache_hits + hits,
                total_ms=now.total_ms + taken_ms,
            )


def _refuse_misuse(sources: Mapping[str, str], live: Mapping[str, str], timeout_s: float) -> None:
    if timeout_s <= 0:
        raise ValueError(f"timeout_s must be above 0, not {timeout_s}")
    for name, source in [*sources.items(), *live.items()]:
        if not isinstance(name, str) or not isinstance(source, str):
            raise TypeError("module names and sources must be texts")


def _has_error(findings: Sequence[Diagnostic]) -> bool:
    return any(one.severity == "error" for one in findings)
