"""The host's end of a start: the channel, the wrapped command, the report and the look from outside.

    with Start(spec) as start:
        process = Popen(start.command(argv), pass_fds=start.inherited, start_new_session=True, ...)
        started = start.finish(process.pid, timeout_s=10)        # blocking; in a thread from a coroutine

The channel stays open for as long as the sandbox may live: closing it (`Started.close`, or the end of the host) ends
the sandbox and everything that it started.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import struct
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from sandbox_kernel.errors import StartError
from sandbox_kernel.isolation.spec import Spec
from sandbox_kernel.isolation.verify import problems


@dataclass(frozen=True, slots=True)
class Started:
    """`keeper` is the process that was started, `kernel` the one that runs the code, both as the host counts them."""

    spec: Spec
    keeper: int
    kernel: int
    landlock: int
    channel: socket.socket

    def close(self) -> None:
        self.channel.close()


def _module_at(argv: Sequence[str]) -> int:
    """Where `-m` stands in a command that starts a Python module; 0 in any other command."""
    if not os.path.basename(argv[0]).startswith("python"):
        return 0
    at = next((index for index, word in enumerate(argv) if index and not word.startswith("-X")), 0)
    return at if at and argv[at] == "-m" else 0


def interpreter_of(argv: Sequence[str]) -> str:
    """The Python that a command starts a module with; this one for any other command."""
    return argv[0] if _module_at(argv) else sys.executable


class Start:
    """One attempt to start a program at a level; `finish` gives it or raises StartError and leaves nothing behind."""

    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        self._mine, self._theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._mine.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        self._mine.send(spec.to_json())  # it lies there when whoever is started looks for it
        self._handed_over = False

    def __enter__(self) -> Start:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._theirs.close()
        if not self._handed_over:
            self._mine.close()

    @property
    def inherited(self) -> tuple[int, ...]:
        return (self._theirs.fileno(),)

    @property
    def report(self) -> int:
        """The descriptor that becomes readable when `finish` need not wait."""
        return self._mine.fileno()

    def command(self, argv: Sequence[str]) -> list[str]:
        """What to start instead of `argv`. `python -X... -m module` stays one start of that very interpreter."""
        python, options, rest = sys.executable, [], list(argv)
        if (at := _module_at(argv)) > 0:
            python, options, rest = argv[0], list(argv[1:at]), list(argv[at:])
        launcher = [python, *options, "-P", "-m", "sandbox_kernel.isolation.launch"]
        return [*launcher, str(self._theirs.fileno()), *rest]

    def finish(self, keeper: int, *, timeout_s: float = 60.0) -> Started:
        """Wait for the report, look from outside, let it go. Blocks; call it in a thread."""
        self._theirs.close()
        try:
            report, kernel = self._exchange(timeout_s)
            if report.get("level") != self.spec.level:
                raise StartError(f"isolation '{self.spec.level}' failed: {report.get('reason', 'no reason given')}")
            if wrong := problems(self.spec, kernel):
                raise StartError(f"isolation '{self.spec.level}' does not hold: {'; '.join(wrong)}")
        except StartError as error:
            with suppress(ProcessLookupError):
                os.kill(keeper, signal.SIGKILL)
            error.reason = "isolation"
            raise
        with suppress(OSError):
            self._mine.send(b"1")
        self._handed_over = True
        return Started(self.spec, keeper, kernel, int(report.get("landlock", 0)), self._mine)

    def _exchange(self, timeout_s: float) -> tuple[dict[str, Any], int]:  # Any: JSON
        self._mine.settimeout(timeout_s)
        try:
            data, extra, _, _ = self._mine.recvmsg(1 << 16, socket.CMSG_SPACE(12))
        except TimeoutError:
            raise StartError(
                "the sandbox did not isolate itself in time; start it again when the machine is less busy"
            ) from None
        except OSError as error:
            raise StartError(f"the sandbox ended before it was isolated: {error}") from None
        self._mine.setblocking(False)
        senders = [struct.unpack("3i", value)[0] for _, kind, value in extra if kind == socket.SCM_CREDENTIALS]
        if not data or not senders:
            raise StartError("the sandbox ended before it was isolated; see the kernel's log")
        report: dict[str, Any] = json.loads(data)  # Any: JSON
        return report, int(report.get("kernel", senders[0]))  # of a kernel that was parked its keeper tells
