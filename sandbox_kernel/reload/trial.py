"""Imports new sources in another process first: `sys.exit`, endless recursion, a crash or effects on other modules stay
harmless there. The process is the one that also compiles for a sandbox (`versions.compile_worker`); here it does nothing
but import.

A trial that fails is held against the same trial of the live sources: what cannot be imported in a bare process anyway
(it needs the notebook, a port that is taken) is no reason to refuse an edit. For the same reason the limits are wide:
they are there to end what runs away, not to judge a program.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sandbox_kernel.errors import ReloadError
from sandbox_kernel.versions import answers, verdicts
from sandbox_kernel.versions.artifact import CompileLimits
from sandbox_kernel.versions.compiler import ENTER, PRELOAD
from sandbox_kernel.versions.frames import FrameError
from sandbox_kernel.versions.worker_process import Answer, WarmWorker

LIMIT_S = 10.0
LIMITS = CompileLimits(memory_mb=16_384, file_mb=1024, open_files=4096, processes=1024, output_bytes=10_000_000)
SLOW_TO_IMPORT = ("numpy", "pandas", "matplotlib", "scipy", "sklearn", "torch")


@dataclass(frozen=True, slots=True)
class Failure:
    """What the sources did when they were imported. `kind` is the exception's type, or how the process ended."""

    kind: str
    text: str
    module: str = ""
    hint: str = ""


class TrialFailed(Exception):
    def __init__(self, failure: Failure) -> None:
        self.failure = failure
        super().__init__(failure.text)


class Trial:
    """One prepared process, started on first use or by `start`. Thread-safe; `close` ends it."""

    def __init__(self, *, timeout_s: float = LIMIT_S) -> None:
        self._timeout_s = timeout_s
        self._lock = threading.Lock()
        self._worker: WarmWorker | None = None
        self._prepared: frozenset[str] = frozenset()

    def start(self) -> None:
        with self._lock:
            self._ensure().start()

    def close(self) -> None:
        with self._lock:
            self._end()

    def _end(self) -> None:
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.close()

    def _ensure(self) -> WarmWorker:
        """A process that has imported the large libraries that this one has; another one once there are more."""
        wanted = frozenset(name for name in SLOW_TO_IMPORT if name in sys.modules)
        if self._worker is None or not wanted <= self._prepared:
            self._end()
            self._prepared = wanted
            self._worker = WarmWorker({"preload": [*PRELOAD, *sorted(wanted)], "enter": ENTER}, None)
        return self._worker

    def run(self, modules: Mapping[str, str], live: Mapping[str, str], paths: Mapping[str, str]) -> None:
        """Raises TrialFailed where `modules` do not import beside the `live` sources of all others."""
        sources = {**live, **modules}
        request = {
            "sources": dict(modules),
            "live": {name: text for name, text in sources.items() if name not in modules},
            "paths": {name: paths.get(name) or f"<{name}>" for name in sources},
            "analyse": [],
            "trial": list(modules),
            "only_trial": True,
            "search_path": list(sys.path),
            "directory": os.getcwd(),
            "limits": asdict(LIMITS),
            "timeout_s": self._timeout_s,
        }
        failure = self._ask(request)
        if failure is not None:
            raise TrialFailed(failure)

    def _ask(self, request: Mapping[str, Any]) -> Failure | None:  # Any: JSON
        with self._lock:
            try:
                answer = self._ensure().ask(request, self._timeout_s)
            except (OSError, FrameError):
                return Failure("TrialDied", verdicts.of_worker().message)
        return verdict(answer, self._timeout_s)


def verdict(answer: Answer, timeout_s: float) -> Failure | None:
    """The first thing that went wrong; None when all was imported."""
    current = ""
    for frame in answer.frames:
        kind = answers.text(frame, "kind")
        if kind == "begin":
            current = answers.text(frame, "module")
        elif kind == "trial":
            found = answers.trouble(frame)
            if found is not None:
                return Failure(found.kind, found.message, found.module, found.hint)
        elif kind == "failed":
            return Failure("TrialDied", answers.text(frame, "message"))
        elif kind == "end" and answer.how == "ended":
            return None
    if answer.how != "ended":
        told = verdicts.of_limit(answer.how, current, LIMITS, timeout_s)
        return Failure(answer.how, told.message, current, told.hint)
    told = verdicts.of_exit(answer.status, current, LIMITS)
    return Failure(f"exit {answer.status}", told.message, current, told.hint)


def refusal(failure: Failure, modules: Mapping[str, str]) -> ReloadError:
    module = failure.module or next(iter(modules), "")
    advice = failure.hint or "mend it and save again"
    return ReloadError(
        f"the new source of '{module}' does not import: {failure.text}; nothing was changed; {advice}",
        module=module,
        reason="trial-failed",
    )
