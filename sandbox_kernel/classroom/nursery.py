"""Where answer processes come from: a prepared process that is forked for each test, at an isolation level of its own.

    with Nursery() as nursery:                      one per request of the desk, or for a whole run of the linter
        child = nursery.start(folder, channel, limits)
        ...
        child.end()                                 it and all that it started are gone

Weighed: (a) a fresh interpreter per test: 0.15 s of imports each, and four tests of a check then take a second; (b) one
process per check that runs test after test: what the learner's code did in one meets the next; (c) a nursery that lives
as long as the kernel: the fastest, and a process that a learner could wear down for everyone after; (d) this: one
prepared process per check, forked for each test. Where checks come one after another, as in a lesson, it is itself
forked from one that has loaded what it needs (`Nursery(start=forked)`), which takes milliseconds instead of 0.2 s.

The level is the strongest that can be entered here: a `jail` on a server, a `fence` inside a sandbox, whose own walls
stay around it. It is found by trying, as asking first would take longer than the check. Not on Linux there is none.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from sandbox_kernel.classroom import nursery_process
from sandbox_kernel.classroom.lessons import Limits
from sandbox_kernel.classroom.unforked import Unforked
from sandbox_kernel.errors import StartError
from sandbox_kernel.isolation.limits import Limits as Bounds
from sandbox_kernel.isolation.spec import Level, Spec, sandbox_user
from sandbox_kernel.isolation.start import Start, Started

LEVELS: tuple[Level, ...] = ("jail", "fence", "limits")  # tried in this order
_PROGRAM = [sys.executable, "-I", "-X", "utf8", "-m", "sandbox_kernel.classroom.nursery_process"]
_PASSED_ON = ("PATH", "LANG", "LC_ALL", "TZ", "VIRTUAL_ENV")
_BASE_MB = 128  # what the interpreter and its threads take before the learner's code runs
_START_S = 30.0
_END_S = 5.0


class Child(Protocol):
    """An answer process."""

    def wait(self, timeout_s: float) -> int | None:
        """Its exit code as of `Popen.returncode`; None when it still runs."""

    def end(self) -> None:
        """End it with all that it started."""


@dataclass(slots=True)
class Forked:
    """A child of the nursery's process: it ends when `started` closes, and `status` then says how."""

    started: Started
    status: socket.socket

    def wait(self, timeout_s: float) -> int | None:
        self.status.settimeout(timeout_s)
        try:
            told = self.status.recv(16)
        except TimeoutError:
            return None
        return os.waitstatus_to_exitcode(int(told)) if told else -9

    def end(self) -> None:
        self.started.close()
        with contextlib.suppress(OSError):
            self.wait(_END_S)
        self.status.close()


Wait = Callable[[], object]
"""Waits until the process has ended, and reaps it."""


def freshly(theirs: socket.socket) -> Wait:
    """An interpreter of its own."""
    process = subprocess.Popen(
        [*_PROGRAM, str(theirs.fileno())],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        pass_fds=(theirs.fileno(),),
        start_new_session=True,
        cwd="/",
    )
    return process.wait


def forked(theirs: socket.socket) -> Wait:
    """A fork of this process, which must have one thread, and nothing in its memory that answers must not see."""
    pid = os.fork()
    if pid == 0:
        nursery_process.become(theirs.fileno())
    return lambda: os.waitpid(pid, 0)


class Nursery:
    """Thread-safe. Its process starts at once and is ready when it is asked first."""

    def __init__(
        self, levels: tuple[Level, ...] = LEVELS, *, start: Callable[[socket.socket], Wait] | None = None
    ) -> None:
        self._lock = threading.Lock()
        self._levels = list(levels)
        self._programs: tuple[str, ...] = ()
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._wait = (start or freshly)(theirs)

    @property
    def level(self) -> str:
        """The isolation level of all that it started, as the last one was seen to have it from outside."""
        return self._levels[0] if self._programs else ""

    def start(self, folder: Path, channel: socket.socket, limits: Limits) -> Child:
        """An answer process that works in `folder/work`, prints to `folder/output` and is asked over `channel`.

        Raises StartError when it cannot be started at any level.
        """
        with self._lock:
            if not self._programs:
                self._programs = self._hello()
            while True:
                try:
                    return self._start(self._spec(folder, limits), folder, channel)
                except StartError:
                    if len(self._levels) == 1:
                        raise
                    del self._levels[0]

    def close(self) -> None:
        self._socket.close()
        self._wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _hello(self) -> tuple[str, ...]:
        self._socket.settimeout(_START_S)
        try:
            return tuple(json.loads(self._socket.recv(1 << 16))["programs"])
        except (OSError, ValueError):
            raise StartError("the process that checks answers did not start; run the check again") from None

    def _spec(self, folder: Path, limits: Limits) -> Spec:
        work = str(folder / "work")
        level = self._levels[0]
        bounds = Bounds(
            memory_mb=limits.memory_mb + _BASE_MB,
            file_mb=64,
            tmp_mb=64,
            processes=128,
            open_files=256,
            cpu_seconds=limits.check_seconds + 1,
        )
        user = -1
        if level == "jail":
            with contextlib.suppress(OSError):  # behind a fence it cannot be known, and a jail not entered either
                user = sandbox_user(self._programs)
        return Spec(level, work, self._programs, writable=(work,), user=user, limits=bounds)

    def _start(self, spec: Spec, folder: Path, channel: socket.socket) -> Forked:
        told, tells = socket.socketpair()
        with tells, (folder / "output").open("wb") as output, Start(spec) as start:
            descriptors = [channel.fileno(), *start.inherited, output.fileno(), tells.fileno()]
            message = json.dumps({"cwd": spec.cwd, "environment": environment(spec.cwd)}).encode()
            try:
                socket.send_fds(self._socket, [message], descriptors)
                tells.close()
                told.settimeout(_START_S)
                keeper = int(told.recv(16))
            except (OSError, ValueError):
                told.close()
                raise StartError("the process that checks answers has ended; run the check again") from None
            try:
                return Forked(start.finish(keeper, timeout_s=_START_S), told)
            except StartError:
                told.close()
                raise


def environment(work: str) -> dict[str, str]:
    """What an answer process finds in its environment: nothing of whoever checks."""
    passed_on = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return passed_on | {"HOME": work, "PYTHONDONTWRITEBYTECODE": "1"}


def nursery() -> Nursery | Unforked:
    """The one for this system."""
    return Nursery() if sys.platform == "linux" else Unforked(environment)
