"""Answer processes where there is no isolation to enter (not on Linux): a fresh interpreter each, under limits."""

from __future__ import annotations

import os
import resource
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Self

from sandbox_kernel.classroom.lessons import Limits

_FILE_BYTES = 64 * 1024 * 1024
_BASE_MB = 512  # of address space that the interpreter and its threads map before the learner's code runs


class Process:
    """One answer process with a session of its own."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    def wait(self, timeout_s: float) -> int | None:
        try:
            return self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            return None

    def end(self) -> None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()


class Unforked:
    """Has the methods of a `Nursery` and nothing prepared."""

    level = "none"

    def __init__(self, environment: Callable[[str], dict[str, str]]) -> None:
        self._environment = environment

    def start(self, folder: Path, channel: socket.socket, limits: Limits) -> Process:
        work = folder / "work"
        with (folder / "output").open("wb") as output:
            return Process(
                subprocess.Popen(
                    [sys.executable, "-I", "-m", "sandbox_kernel.runtime.answer_process", str(channel.fileno())],
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    cwd=work,
                    env=self._environment(str(work)),
                    pass_fds=(channel.fileno(),),
                    start_new_session=True,
                    preexec_fn=lambda: _limit(limits),
                )
            )

    def close(self) -> None:
        """Nothing to end: every process is ended by whoever started it."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _limit(limits: Limits) -> None:
    seconds = int(limits.check_seconds) + 1
    memory = (limits.memory_mb + _BASE_MB) * 1024 * 1024
    wanted = {
        resource.RLIMIT_CPU: (seconds, seconds + 1),
        resource.RLIMIT_AS: (memory, memory),
        resource.RLIMIT_FSIZE: (_FILE_BYTES, _FILE_BYTES),
        resource.RLIMIT_CORE: (0, 0),
    }
    for which, bounds in wanted.items():
        with suppress(ValueError, OSError):  # some systems refuse address space: the deadline is left then
            resource.setrlimit(which, bounds)
