"""A kernel that the zygote forked, as its host sees it: a `Popen` whose parent is another process.

The zygote reaps it and tells how it ended. If the zygote itself is gone, the system is asked (Linux 6.15 and newer keep
the status at the pidfd); older ones only say that the process has ended.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import signal
import socket
import struct
import subprocess
from typing import IO

import msgspec

from sandbox_kernel.zygote import protocol
from sandbox_kernel.zygote.protocol import Ended

_PIDFD_GET_INFO, _PIDFD_INFO_EXIT = 0xC040FF0B, 1 << 3
_INFO = struct.Struct("=QQ11Ii")  # mask, control group, eleven ids, exit code
UNKNOWN = 255  # it ended, nobody can say how
NOTICE_S = 5.0


class ForkedProcess:
    """`lifeline` is closed when this object goes: the kernel must not outlive whoever owns it."""

    stdin: IO[bytes] | None = None
    stdout: IO[bytes] | None = None
    stderr: IO[bytes] | None = None

    def __init__(self, pid: int, pidfd: int, connection: socket.socket, lifeline: int) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self.pidfd = pidfd
        self._connection = connection
        self._lifeline = lifeline

    def poll(self) -> int | None:
        if self.returncode is None and self._has_ended(0):
            self._take_status()
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        if self.returncode is None:
            if not self._has_ended(None if timeout is None else timeout * 1000):
                raise subprocess.TimeoutExpired([str(self.pid)], timeout or 0.0)
            self._take_status()
        assert self.returncode is not None
        return self.returncode

    def send_signal(self, signum: int) -> None:
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self.pidfd, signum)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def __del__(self) -> None:
        if getattr(self, "returncode", 0) is None:
            self._close()

    def _has_ended(self, timeout_ms: float | None) -> bool:
        poll = select.poll()
        poll.register(self.pidfd, select.POLLIN)
        return bool(poll.poll(timeout_ms))

    def _take_status(self) -> None:
        status = self._told()
        if status is None:
            status = status_at_pidfd(self.pidfd)
        self.returncode = UNKNOWN if status is None else os.waitstatus_to_exitcode(status)
        self._close()

    def _told(self) -> int | None:
        self._connection.settimeout(NOTICE_S)
        try:
            message, descriptors = protocol.receive(self._connection)
        except (OSError, msgspec.DecodeError):
            return None
        protocol.close(descriptors)
        return message.status if isinstance(message, Ended) else None

    def _close(self) -> None:
        self._connection.close()
        os.close(self.pidfd)
        os.close(self._lifeline)


def status_at_pidfd(pidfd: int) -> int | None:
    """The wait status of a process that somebody else has reaped, None where the system does not keep it."""
    info = bytearray(_INFO.pack(_PIDFD_INFO_EXIT, *[0] * 13))
    try:
        fcntl.ioctl(pidfd, _PIDFD_GET_INFO, info)
    except OSError:
        return None
    mask, *_, status = _INFO.unpack(info)
    return int(status) if mask & _PIDFD_INFO_EXIT else None
