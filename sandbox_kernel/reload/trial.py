"""Imports new sources in another process first: `sys.exit`, endless recursion, a crash or effects on other modules stay
harmless there. A small prepared process forks one child for each trial; where there is no `fork` it is started anew.

A trial that fails is held against the same trial of the live sources: what cannot be imported in a bare process anyway
(it needs the notebook, a port that is taken) is no reason to refuse an edit.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path

from sandbox_kernel.errors import ReloadError

WORKER = Path(__file__).with_name("trial_worker.py")
LIMIT_S = 10.0


class TrialFailed(Exception):
    """The sources did not import; `kind` and `text` are the exception's."""

    def __init__(self, kind: str, text: str, module: str = "") -> None:
        self.kind, self.text, self.module = kind, text, module
        super().__init__(f"{kind}: {text}" if text else kind)


class Trial:
    """One prepared process, started on first use or by `start`. Thread-safe; `close` ends it."""

    def __init__(self, *, timeout_s: float = LIMIT_S) -> None:
        self._timeout_s = timeout_s
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def start(self) -> None:
        with self._lock:
            self._ensure()

    def _ensure(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-S", str(WORKER)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,  # Ctrl-C in the notebook is not meant for it
            )
        return self._process

    def close(self) -> None:
        with self._lock:
            process, self._process = self._process, None
            if process is not None:
                self._end(process)

    @staticmethod
    def _end(process: subprocess.Popen[bytes]) -> None:
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()

    def run(self, modules: Mapping[str, str], live: Mapping[str, str], paths: Mapping[str, str]) -> None:
        """Raises TrialFailed where `modules` do not import beside the `live` sources of all others."""
        request = {
            "modules": list(modules),
            "sources": {**live, **modules},
            "paths": dict(paths),
            "sys_path": list(sys.path),
            "preload": [name for name in PRELOAD if name in sys.modules],
            "cwd": os.getcwd(),
            "timeout_s": self._timeout_s,
        }
        answer = self._ask(json.dumps(request).encode() + b"\n")
        if not answer["ok"]:
            raise TrialFailed(answer["kind"], answer["text"], answer.get("module", ""))

    def _ask(self, request: bytes) -> dict[str, str]:
        with self._lock:
            process = self._ensure()
            assert process.stdin is not None
            assert process.stdout is not None
            try:
                process.stdin.write(request)
                process.stdin.flush()
                ready, _, _ = select.select([process.stdout], [], [], self._timeout_s + 5)
                line = process.stdout.readline() if ready else b""
            except OSError:
                line = b""
            if not line:
                self._process = None
                self._end(process)
                return {"ok": "", "kind": "TrialDied", "text": "the process for trial imports ended"}
            answer: dict[str, str] = json.loads(line)
            return answer


PRELOAD = (
    "numpy",
    "pandas",
    "matplotlib",
    "scipy",
    "sklearn",
    "torch",
    "asyncio",
    "dataclasses",
    "enum",
    "typing",
    "logging",
)


def refusal(failure: TrialFailed, modules: Mapping[str, str]) -> ReloadError:
    module = failure.module or next(iter(modules), "")
    return ReloadError(
        f"the new source of '{module}' does not import: {failure}; nothing was changed, mend it and save again",
        module=module,
        reason="trial-failed",
    )
