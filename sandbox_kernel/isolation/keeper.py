"""The process that stays behind, the keeper, which the host started; and pid 1 of a jail, which runs nothing.

The keeper ends when the kernel ends, with the kernel's own exit status, and takes all that the kernel started with it;
it does the same when the host dies (its channel closes) and when it is told to stop (SIGTERM). It runs no code of the
sandbox and answers no message.

Weighed for pid 1, whose end is the end of all in a jail: (a) the kernel itself: signals that should end it would be
ignored, and nobody would reap what it leaves; (b) a fork that reaps: 3 ms of every start and 2 MB of every sandbox for a
loop of one line; (c) a child that shares the keeper's memory and sleeps in libc for good, while the system reaps for it
(SIGCHLD ignored) and ends it with the keeper (PTRACE_O_EXITKILL): (c), and (b) where tracing a child is forbidden.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import sys
from typing import Final, NoReturn

from sandbox_kernel.isolation import syscalls

_DEATH_SIGNAL, _SUBREAPER = 1, 36
_MOST_PIDS = 1 << 22
_SEIZE, _EXIT_KILL = 0x4206, 0x100000
_ENDING: Final = (signal.SIGINT, signal.SIGHUP, signal.SIGQUIT, signal.SIGTERM)


_put_away: Final[list[int]] = []


def die_with_parent(parent: int) -> None:
    """The caller is killed when the (single-threaded) process that started it ends."""
    syscalls.prctl(_DEATH_SIGNAL, signal.SIGKILL)
    if os.getppid() not in (parent, 0):
        os._exit(1)


def become_subreaper() -> None:
    """Orphans among the descendants come to the caller: double forks and new sessions do not escape it."""
    syscalls.prctl(_SUBREAPER, 1)


def fork() -> int:
    """As `os.fork`, but a signal that is to end the keeper waits in it until `keep` can answer it."""
    signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)
    try:
        child = os.fork()
    except OSError:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDING)
        raise
    if child == 0:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDING)
    return child


def leave_behind(channel: socket.socket) -> None:
    """The caller stays as the keeper of the process in which this returns."""
    become_subreaper()
    parent = os.getpid()
    if child := fork():
        keep(child, channel)
    die_with_parent(parent)


def keep(child: int, channel: socket.socket, init: int = 0) -> NoReturn:
    """Wait for `child`, which `fork` made, sweep what it left, end as it ended. `init` is pid 1 of its jail."""
    for name in _ENDING:
        signal.signal(name, signal.SIG_IGN)
    ender = init or child
    signal.signal(signal.SIGTERM, lambda *_: _kill(ender))
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDING)
    reap_put_away()
    watched = os.pidfd_open(child)
    poll = select.poll()
    poll.register(watched, select.POLLIN)
    poll.register(channel, select.POLLRDHUP)  # never POLLIN: what is said there is for the kernel
    while not any(descriptor == watched for descriptor, _ in poll.poll()):
        poll.unregister(channel)  # the host is gone
        _kill(ender)
    _, ended = os.waitpid(child, 0)
    if init:
        end_init(init)
    else:
        sweep()
    end_as(ended)


def start_init(*, traced: bool) -> int:
    """Pid 1 of the caller's new pid namespace, the first child after it was made; it ends with the caller.

    `traced`: what `may_trace` said before the namespace was made, for only one process can ever be its first.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    reaping = signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # it inherits both: the system reaps, no signal wakes it
    try:
        init = _traced_sleeper() if traced else _forked_sleeper()
    finally:
        signal.signal(signal.SIGCHLD, reaping)
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    return init


def may_trace() -> bool:
    """Whether a child can be told to end with this process: some containers and hardened systems forbid tracing."""
    try:
        put_away(_traced_sleeper())
    except OSError:
        return False
    return True


def put_away(child: int) -> None:
    """Ends a child that has served; `keep` reaps it, for to wait for its end here would hold up the start."""
    _kill(child)
    _put_away.append(child)


def reap_put_away() -> None:
    for pid in _put_away:
        with contextlib.suppress(ChildProcessError):  # the system itself reaped it while `start_init` was at work
            os.waitpid(pid, 0)
    _put_away.clear()


def _traced_sleeper() -> int:
    child = syscalls.sleeping_child()
    try:
        syscalls.call("ptrace", _SEIZE, child, None, _EXIT_KILL)
    except OSError:
        end_init(child)
        raise
    return child


def _forked_sleeper() -> int:
    parent = os.getpid()
    child = os.fork()
    if child == 0:
        die_with_parent(parent)
        while True:
            signal.pause()
    return child


def end_init(init: int) -> None:
    """Ends all in the jail; returns when nothing of it is left."""
    _kill(init)
    while os.WIFSTOPPED(os.waitpid(init, 0)[1]):
        pass  # a signal from inside had stopped it, which a tracer is told of first


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
        _reap()  # all that have ended, before everything is looked through again: there may be tens of thousands


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


def tie_to_parent() -> None:
    """For a program at its very start: it ends with the process that started it, also if that is gone already."""
    parent = os.getppid()
    if parent == 1:
        os._exit(1)
    die_with_parent(parent)
