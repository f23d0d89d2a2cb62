"""The parent's end of one compile worker: start it, ask it, end it and whatever it left. Used by `compiler` only.

How it is started is `launching`'s affair; a kernel that has threads is never forked.
"""

from __future__ import annotations

import json
import os
import secrets
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox_kernel.versions import answers
from sandbox_kernel.versions.frames import FrameError, FrameReader, write_frame_until
from sandbox_kernel.versions.launching import MARK, Launch, freshly, kill

_FRAMES_MAX, _FRAME_LIMIT = 100_000, 17 << 20
_START_S = 30.0  # an interpreter on a machine that is busy; not the time of the request that happens to be the first
_GRACE_S = 5.0  # beyond the time that the worker itself enforces: its sweep may take three seconds
# Numeric libraries reserve memory for each thread they might use, which a limit would count.
_QUIET = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


@dataclass(frozen=True, slots=True)
class Answer:
    """`how` is `ended` or the limit that ended the child; `frames` are the child's, parsed; `output` how it began. `torn`:
    not all that the child wrote were frames."""

    how: str
    status: int
    frames: tuple[dict[str, Any], ...]  # Any: JSON
    output: str
    output_bytes: int
    torn: bool = False


class WarmWorker:
    """A worker that is there when it is needed: started by the first request, and again when it has ended.

    One request at a time, in whichever thread. `starts` above 1: it was idle for long, or something killed it.
    """

    def __init__(
        self, settings: Mapping[str, Any], environment: Mapping[str, str] | None, launch: Launch = freshly
    ) -> None:  # Any: JSON
        self.starts = 0
        self._settings = dict(settings)
        self._environment = environment
        self._launch = launch
        self._lock = threading.Lock()
        self._process: WorkerProcess | None = None
        self._closed = False

    def ask(self, request: Mapping[str, Any], timeout_s: float) -> Answer:  # Any: JSON
        """Once more with a new worker if the old one was gone. Raises OSError or FrameError, also when it is closed."""
        with self._lock:
            fresh = self._process is None or self._process.owner != os.getpid()
            try:
                return self._ask(request, timeout_s)
            except (OSError, FrameError):
                if fresh or self._closed:
                    raise
            return self._ask(request, timeout_s)

    def start(self) -> None:
        """Starts the worker before there is anything to ask; it gets ready while nobody waits."""
        with self._lock:
            if not self._closed:
                self._ensure()

    def close(self) -> None:
        """Ends the worker, also in the middle of a request. The last call."""
        self._closed = True
        process = self._process
        if process is not None:
            process.end()  # without the lock: the thread that waits for an answer holds it
        with self._lock:
            self._forget()

    def _ask(self, request: Mapping[str, Any], timeout_s: float) -> Answer:  # Any: JSON
        if self._closed:
            raise FrameError("the compiler is closed")
        try:
            return self._ensure().ask(request, timeout_s)
        except BaseException:  # an interrupt leaves half an answer in the pipe, so the worker cannot be used again
            self._forget()
            raise

    def _ensure(self) -> WorkerProcess:
        if self._process is None or self._process.owner != os.getpid():
            environment = os.environ if self._environment is None else self._environment
            self._process = WorkerProcess(self._settings, {**_QUIET, **environment}, self._launch)
            self.starts += 1
        return self._process

    def _forget(self) -> None:
        if self._process is not None:
            self._process.close()
            self._process = None


class WorkerProcess:
    """One worker. Not thread-safe; `end` alone may come from any thread."""

    def __init__(self, settings: Mapping[str, Any], environment: Mapping[str, str], launch: Launch) -> None:
        # Any: JSON
        self._token = secrets.token_hex(16)
        self._child = 0
        self._starting_s = _START_S
        self.owner = os.getpid()
        self._ends = launch({**environment, MARK: self._token})
        self._reader = FrameReader(self._ends.answers)
        os.set_blocking(self._ends.requests, False)
        self._write(settings, time.monotonic() + _GRACE_S)

    @property
    def pid(self) -> int:
        return self._ends.pid

    def ask(self, request: Mapping[str, Any], timeout_s: float) -> Answer:  # Any: JSON
        """Raises FrameError or OSError when the worker ended or broke the protocol; it is of no more use then."""
        deadline = time.monotonic() + timeout_s + _GRACE_S + self._starting_s
        self._write(request, deadline)
        self._child = answers.number(self._read(deadline), "child")
        deadline, self._starting_s = time.monotonic() + timeout_s + _GRACE_S, 0.0  # it has begun now
        head = self._read(deadline)
        count = answers.number(head, "frames")
        if not 0 <= count <= _FRAMES_MAX:
            raise FrameError("an answer of too many parts")
        frames = tuple(self._read(deadline) for _ in range(count))
        output = self._reader.read(limit_bytes=_FRAME_LIMIT, deadline=deadline).decode("utf-8", "replace")
        self._child = 0
        return Answer(
            answers.text(head, "how"),
            answers.number(head, "status"),
            frames,
            output,
            answers.number(head, "output_bytes"),
            head.get("torn") is True,
        )

    def end(self) -> None:
        """Kills the worker and the child it works for, so that whoever waits for an answer wakes up."""
        if self.owner != os.getpid():
            return  # a copy of the object after a fork of the caller: the processes are the original's
        groups: Sequence[int] = [self._ends.pid] + ([self._child] if self._child > 1 else [])
        for group in groups:
            kill(group, whole_group=True)

    def close(self) -> None:
        """The same, with all that carries its mark; returns when they are gone and the pipes are closed.

        The pipes first: where signals cannot be sent, as behind some fences, their end is what the worker ends by.
        """
        self.end()
        for fd in (self._ends.requests, self._ends.answers):
            os.close(fd)
        if self.owner == os.getpid():
            self._ends.wait()
            for pid in _marked(self._token):
                kill(pid)

    def _write(self, data: Mapping[str, Any], deadline: float) -> None:  # Any: JSON
        write_frame_until(self._ends.requests, json.dumps(data).encode("ascii"), deadline)

    def _read(self, deadline: float) -> dict[str, Any]:  # Any: JSON
        return answers.parse(self._reader.read(limit_bytes=_FRAME_LIMIT, deadline=deadline))


def _marked(token: str) -> list[int]:
    """Processes that were started with this worker's environment, as far as the system shows them.

    Only needed when the worker itself was killed: as long as it lives, it sweeps what its children leave.
    """
    mark = f"{MARK}={token}".encode()
    found: list[int] = []
    try:
        names = [name for name in os.listdir("/proc") if name.isdigit()]
    except OSError:
        return found
    for name in names:
        try:
            environment = Path(f"/proc/{name}/environ").read_bytes()
        except OSError:
            continue
        if mark in environment.split(b"\0"):
            found.append(int(name))
    return found
