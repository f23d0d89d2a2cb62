"""The two processes that stay behind: the keeper, which the host started, and in a jail its pid 1.

The keeper ends when the kernel ends, with the kernel's own exit status, and takes all that the kernel started with it;
it does the same when the host dies (its channel closes) and when it is told to stop (SIGTERM). It runs no code of the
sandbox and answers no message.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import sys
from typing import NoReturn

from sandbox_kernel.isolation import syscalls

_DEATH_SIGNAL, _SUBREAPER = 1, 36
_MOST_PIDS = 1 << 22


def die_with_parent(parent: int) -> None:
    """The caller is killed when the (single-threaded) process that started it ends."""
    syscalls.prctl(_DEATH_SIGNAL, signal.SIGKILL)
    if os.getppid() not in (parent, 0):
        os._exit(1)


def become_subreaper() -> None:
    """Orphans among the descendants come to the caller: double forks and new sessions do not escape it."""
    syscalls.prctl(_SUBREAPER, 1)


def keep(child: int, channel: socket.socket, status: int = -1) -> NoReturn:
    """Wait for `child`, sweep what it left, end as it ended. `status`: where pid 1 writes how the kernel ended."""
    for name in (signal.SIGINT, signal.SIGHUP, signal.SIGQUIT):
        signal.signal(name, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: _kill(child))
    watched = os.pidfd_open(child)
    poll = select.poll()
    poll.register(watched, select.POLLIN)
    poll.register(channel, select.POLLRDHUP)  # never POLLIN: what is said there is for the kernel
    while not any(descriptor == watched for descriptor, _ in poll.poll()):
        poll.unregister(channel)  # the host is gone
        _kill(child)
    _, ended = os.waitpid(child, 0)
    if status >= 0 and len(told := os.read(status, 4)) == 4:
        ended = int.from_bytes(told, "little")
    if status < 0:
        sweep()  # in a jail the end of pid 1 has ended everything
    end_as(ended)


def _kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def sweep() -> None:
    """Stop, then kill, all descendants until none is left: a stopped process cannot fork."""
    while True:
        while fresh := [pid for pid in descendants() if _signal(pid, signal.SIGSTOP)]:
            for pid in fresh:
                _kill(pid)
            _reap()
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return


def _signal(pid: int, number: signal.Signals) -> bool:
    try:
        os.kill(pid, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def _reap() -> None:
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def descendants() -> list[int]:
    """All living processes below this one, zombies left out; where /proc is closed to it, its own children only."""
    parents: dict[int, int] = {}
    try:
        names = os.listdir("/proc")
    except OSError:  # behind another fence
        return _children()
    for name in names:
        if name.isdigit():
            with contextlib.suppress(OSError, ValueError, IndexError):
                with open(f"/proc/{name}/stat", encoding="latin-1") as file:
                    rest = file.read().rpartition(")")[2].split()
                if rest[0] not in "ZX":
                    parents[int(name)] = int(rest[1])
    own = os.getpid()
    return [pid for pid in parents if _descends(pid, own, parents)]


def _children() -> list[int]:
    """Orphans come to a subreaper when their parent ends, so that asking again finds all. Ids are given in order."""
    own, last = os.getpid(), os.fork()
    if last == 0:
        os._exit(0)
    os.waitpid(last, 0)
    spans = [range(own, last)] if own < last else [range(own, _MOST_PIDS), range(2, last)]
    return [pid for span in spans for pid in span if _is_child(pid)]


def _is_child(pid: int) -> bool:
    try:
        ended = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except OSError:
        return False
    return ended is None


def _descends(pid: int, ancestor: int, parents: dict[int, int]) -> bool:
    while pid in parents:
        pid = parents[pid]
        if pid == ancestor:
            return True
    return False


def end_as(ended: int) -> NoReturn:
    """End with this wait status: the host sees how the kernel itself ended."""
    sys.stdout.flush()
    if os.WIFSIGNALED(ended):
        number = os.WTERMSIG(ended)
        if number not in (signal.SIGKILL, signal.SIGSTOP):
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {number})
        os.kill(os.getpid(), number)
    os._exit(os.waitstatus_to_exitcode(ended) & 0xFF)


def be_init(kernel: int, status: int) -> NoReturn:
    """Pid 1 of a jail: reap whatever ends; when the kernel ends say how, and end, which ends everything inside."""
    for name in (signal.SIGINT, signal.SIGHUP, signal.SIGQUIT, signal.SIGTERM):
        signal.signal(name, signal.SIG_IGN)
    while True:
        pid, ended = os.waitpid(-1, 0)
        if pid == kernel:
            os.write(status, ended.to_bytes(4, "little"))
            os._exit(0)
