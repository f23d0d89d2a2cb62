"""A compile worker that is forked instead of started: for a process that has loaded it and still has one thread only.

Used by the process that answers are checked in, which lives for one test: an interpreter of the worker's own costs 0.1 s
of it, a fork two milliseconds. Nowhere else: in a kernel with threads a fork may inherit a lock that nobody releases.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import IO

from sandbox_kernel.versions import compile_worker
from sandbox_kernel.versions.worker_process import Process, start

_HIGHEST_DESCRIPTOR = 1 << 16


class ForkedWorker:
    """Forks when it is made. Has of `Popen` what a `WorkerProcess` needs."""

    def __init__(self) -> None:
        requests, gives = os.pipe()
        takes, answers = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            _become(requests, answers)
        os.close(requests)
        os.close(answers)
        self.stdin: IO[bytes] | None = os.fdopen(gives, "wb", 0)
        self.stdout: IO[bytes] | None = os.fdopen(takes, "rb", 0)
        self._code: int | None = None

    def wait(self) -> int:
        if self._code is None:
            self._code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return self._code


class ForkFirst:
    """What to give a `Compiler` as `start`: the first worker is the one forked now, a later one is started plainly."""

    def __init__(self) -> None:
        self._ready: ForkedWorker | None = ForkedWorker()

    def __call__(self, environment: Mapping[str, str]) -> Process:
        ready, self._ready = self._ready, None
        return ready or start(environment)


def _become(requests: int, answers: int) -> None:
    """In the child: nothing of the parent's but the two pipes. Never returns."""
    try:
        os.setsid()
        os.dup2(requests, 0)
        os.dup2(answers, 1)
        os.closerange(3, _HIGHEST_DESCRIPTOR)
        compile_worker.main()
    finally:
        os._exit(0)
