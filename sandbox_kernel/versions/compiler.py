"""Compiles and trial-imports modules in a separate, limited process; the caller's own process runs none of it.

Used by `runtime.session` (before a change goes live), by `host` and by `project`. Designs that were weighed (a fresh
interpreter for each request, a pool of them, a fork of the caller, a warm worker that forks) are in docs/versions.md.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from types import MappingProxyType
from typing import Any

from sandbox_kernel.versions import verdicts
from sandbox_kernel.versions.artifact import Artifact, CompileLimits, CompileReport, Diagnostic, Profile, digest
from sandbox_kernel.versions.frames import FrameError
from sandbox_kernel.versions.reading import Reading, read, report_of
from sandbox_kernel.versions.source_text import check_name, check_text
from sandbox_kernel.versions.worker_process import Answer, WorkerProcess

PRELOAD = (
    "asyncio", "base64", "bisect", "collections", "contextlib", "copy", "csv", "dataclasses", "datetime", "decimal",
    "enum", "fractions", "functools", "heapq", "io", "itertools", "json", "logging", "math", "pathlib", "random", "re",
    "sqlite3", "statistics", "string", "textwrap", "threading", "time", "types", "typing", "unittest", "uuid",
)  # fmt: skip
KERNEL_NAMES = ("display", "get_ipython")
_LIMITS, _PROFILE = CompileLimits(), Profile()
_CACHE_ENTRIES = 5000
# Numeric libraries reserve memory for each thread they might use, which a limit would count.
_QUIET = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
_NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class CompilerStatistics:
    """Since the compiler was made. `worker_starts` above 1: it was idle for long, or something killed it."""

    requests: int = 0
    modules: int = 0
    cache_hits: int = 0
    worker_starts: int = 0
    total_ms: float = 0.0


class Compiler:
    """Thread-safe; one request at a time. The worker starts with the first request and ends with `close`.

    `search_path` is where imports are looked for besides the given sources; its first directory is where a trial import
    runs. `environment` replaces the inherited one. `preload` are modules that the worker imports once. `enter` names a
    `package.module:function` that puts each child into an isolation level (called with the request, a dict of JSON).
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
        enter: str = "",
    ) -> None:
        self._search_path = tuple(search_path)
        self._limits = limits
        self._profile = profile
        self._names = tuple(names)
        self._environment = None if environment is None else dict(environment)
        self._settings = {"preload": list(preload), "enter": enter}
        self._lock = threading.Lock()
        self._worker: WorkerProcess | None = None
        self._closed = False
        self._cache: dict[tuple[str, str, str], Artifact] = {}
        self._statistics = CompilerStatistics()

    # -- public -----------------------------------------------------------------------------------------------

    def compile(
        self,
        sources: Mapping[str, str],
        *,
        live: Mapping[str, str] = _NOTHING,
        trial_import: bool = True,
        timeout_s: float = 10.0,
    ) -> CompileReport:
        """Looks at all `sources` and imports them for trial, together with the `live` ones that they need.

        Never raises for bad source; ValueError and TypeError for misuse. What is wrong is in the report, all of it.
        """
        if timeout_s <= 0:
            raise ValueError(f"timeout_s must be above 0, not {timeout_s}")
        for name, source in [*sources.items(), *live.items()]:
            if not isinstance(name, str) or not isinstance(source, str):
                raise TypeError("module names and sources must be texts")
        begun = time.perf_counter()
        with self._lock:
            report = self._compile(sources, live, trial_import=trial_import, timeout_s=timeout_s)
            taken_ms = (time.perf_counter() - begun) * 1000
            self._count(len(sources), report.cache_hits, taken_ms)
        return replace(report, duration_ms=taken_ms)

    def statistics(self) -> CompilerStatistics:
        return self._statistics

    def clear_cache(self) -> None:
        with self._lock:
            self._cache.clear()

    def close(self) -> None:
        """Ends the worker, also in the middle of a request, which is then reported as ended. The last call."""
        self._closed = True
        worker = self._worker
        if worker is not None:
            worker.kill()
        with self._lock:
            self._worker = None

    def __enter__(self) -> Compiler:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # -- one request; with the lock held ----------------------------------------------------------------------

    def _compile(
        self, sources: Mapping[str, str], live: Mapping[str, str], *, trial_import: bool, timeout_s: float
    ) -> CompileReport:
        findings = {module: self._look(module, source) for module, source in sources.items()}
        sound = [module for module, found in findings.items() if not any(one.severity == "error" for one in found)]
        context = self._context(sources, live)
        keys = {module: (module, digest(sources[module]), context) for module in sound}
        artifacts = {module: self._cache[key] for module, key in keys.items() if key in self._cache}
        hits = len(artifacts)
        clean = len(sound) == len(sources) and not any(_has_error(one.diagnostics) for one in artifacts.values())
        request = {
            "sources": {module: sources[module] for module in sound},
            "live": {name: text for name, text in live.items() if name not in sources},
            "analyse": [module for module in sound if module not in artifacts],
            "trial": list(sources) if trial_import and clean else [],
        }
        answer, trouble = None, None
        if request["analyse"] or request["trial"]:
            answer, trouble = self._answer(request, timeout_s)
        result = read(answer, request, self._limits, timeout_s) if answer else Reading(trouble=trouble)
        for module, found in result.artifacts.items():
            artifacts[module] = found
            if not any(one.code == "import-not-found" for one in found.diagnostics):  # it may be installed meanwhile
                self._remember(keys[module], found)
        return report_of(sources, findings, artifacts, result, hits)

    def _look(self, module: str, source: str) -> list[Diagnostic]:
        name = check_name(module)
        return ([name] if name else []) + check_text(source, self._limits.source_bytes)

    def _context(self, sources: Mapping[str, str], live: Mapping[str, str]) -> str:
        """What else the static findings of a text depend on: the names of the modules beside it."""
        return digest("\n".join(sorted({*sources, *live})))

    def _remember(self, key: tuple[str, str, str], artifact: Artifact) -> None:
        while len(self._cache) >= _CACHE_ENTRIES:
            del self._cache[next(iter(self._cache))]
        self._cache[key] = artifact

    def _answer(
        self, request: Mapping[str, Any], timeout_s: float
    ) -> tuple[Answer | None, Diagnostic | None]:  # Any: JSON
        everything = {
            **request,
            "paths": self._paths([*request["sources"], *request["live"]]),
            "search_path": list(self._search_path),
            "names": list(self._names),
            "profile": asdict(self._profile),
            "limits": asdict(self._limits),
            "timeout_s": timeout_s,
        }
        try:
            return self._ask_again(everything, timeout_s), None
        except (OSError, FrameError):
            return None, verdicts.of_worker()

    def _paths(self, modules: Sequence[str]) -> dict[str, str]:
        """The file that each module has or would have: what tracebacks and `__file__` name."""
        root = self._search_path[0] if self._search_path else ""
        return {module: os.path.join(root, *module.split(".")) + ".py" for module in modules}

    # -- the worker; with the lock held -----------------------------------------------------------------------

    def _ask_again(self, request: Mapping[str, Any], timeout_s: float) -> Answer:  # Any: JSON
        """Once more with a new worker if the old one was gone, as after a long pause. Raises OSError or FrameError."""
        fresh = self._worker is None or self._worker.owner != os.getpid()
        try:
            return self._ask(request, timeout_s)
        except (OSError, FrameError):
            if fresh or self._closed:
                raise
        return self._ask(request, timeout_s)

    def _ask(self, request: Mapping[str, Any], timeout_s: float) -> Answer:  # Any: JSON
        if self._closed:
            raise FrameError("the compiler is closed")
        if self._worker is None or self._worker.owner != os.getpid():
            environment = os.environ if self._environment is None else self._environment
            self._worker = WorkerProcess(self._settings, {**_QUIET, **environment})
            self._statistics = replace(self._statistics, worker_starts=self._statistics.worker_starts + 1)
        try:
            return self._worker.ask(request, timeout_s)
        except BaseException:  # an interrupt leaves half an answer in the pipe, so the worker cannot be used again
            self._worker.kill()
            self._worker = None
            raise

    def _count(self, modules: int, hits: int, taken_ms: float) -> None:
        now = self._statistics
        self._statistics = replace(
            now,
            requests=now.requests + 1,
            modules=now.modules + modules,
            cache_hits=now.cache_hits + hits,
            total_ms=now.total_ms + taken_ms,
        )


def _has_error(findings: Sequence[Diagnostic]) -> bool:
    return any(one.severity == "error" for one in findings)
