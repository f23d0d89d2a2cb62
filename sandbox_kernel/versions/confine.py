"""What holds a compile worker's child: its own session, resource limits, no descriptors but its own, and the sweep.

Runs only in the compile worker. All limits are the operating system's. Linux has all of them; where a system lacks one
(a subreaper, a parent-death signal, `/proc`), the others still hold.
"""

from __future__ import annotations

import ctypes
import math
import os
import resource
import signal
import sys
import time
from collections.abc import Mapping
from typing import Any

_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER, _PR_SET_DUMPABLE = 1, 36, 4
_SWEEP_S = 3.0
_ROUNDS = 12
_GUESSED = 1 << 16  # process ids to look at where the newest one cannot be known
_MB = 1 << 20
_NPROC: int = getattr(resource, "RLIMIT_NPROC", -1)
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def become_reaper() -> None:
    """Orphans of the children, whatever they forked or detached, become children of this process."""
    if _libc is not None:
        _libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def detach_child(parent: int) -> None:
    """In the child, first: a session of its own (so one kill reaches its group), and an end with its parent."""
    os.setsid()
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it ended before the signal was asked for
        os._exit(1)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGPIPE, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)


def limit_child(limits: Mapping[str, Any], wall_s: float) -> None:  # Any: JSON, whole numbers but for the times
    """Resource limits, soft and hard, so that a limit cannot be raised again (except by root)."""
    memory = limits["memory_mb"] * _MB
    for number, value in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_CPU, math.ceil(min(limits["cpu_s"] or wall_s + 2, wall_s + 2))),
        (resource.RLIMIT_DATA, memory),
        # Reservations that are never touched are common (arenas, thread stacks), so address space gets several times.
        (resource.RLIMIT_AS, 4 * memory),
        (resource.RLIMIT_FSIZE, limits["file_mb"] * _MB),
        (resource.RLIMIT_NOFILE, limits["open_files"]),
        (_NPROC, tasks() + limits["processes"]),
    ):
        # Some systems lack one, or refuse AS or DATA: the watch over time and processes is left then.
        try:
            hard = resource.getrlimit(number)[1]
            value = value if hard == resource.RLIM_INFINITY else min(value, hard)
            resource.setrlimit(number, (value, value))
        except (ValueError, OSError):
            continue


def tasks() -> int:
    """Processes and threads of the whole machine, from one small file.

    NPROC counts all tasks of this user, on the whole host even inside a container, where the others are not visible;
    the machine's total is never too low. How many one compilation may have is held by `descendants` besides, because
    the kernel exempts root from NPROC.
    """
    try:
        with open("/proc/loadavg", "rb") as file:
            return int(file.read().split()[3].partition(b"/")[2])
    except (OSError, ValueError, IndexError):
        return 4096


def descendants(root: int) -> list[int] | None:
    """Process ids below `root`, nearest first; None where processes are not shown, as behind a fence."""
    children: dict[int, list[int]] = {}
    try:
        entries = [name for name in os.listdir("/proc") if name.isdigit()]
    except OSError:
        return None
    for name in entries:
        try:
            with open(f"/proc/{name}/stat", "rb") as file:
                fields = file.read().rpartition(b")")[2].split()
        except OSError:
            continue
        children.setdefault(int(fields[1]), []).append(int(name))
    found: list[int] = []
    queue = [root]
    while queue:
        below = children.get(queue.pop(0), [])
        found += below
        queue += below
    return found


def children_since(first: int) -> list[int]:
    """This process's own children, alive or not, that are as old as process `first` or younger.

    For where `/proc` does not show them: ids are given in order, so those of all that came since lie between `first` and
    that of a process made now, and `waitid` tells which of them are ours.
    """
    try:
        last = os.fork()
    except OSError:  # at the limit of processes
        last = first + _GUESSED
    else:
        if last == 0:
            os._exit(0)
        os.waitpid(last, 0)
    wrapped = last < first
    spans = [range(first, first + _GUESSED), range(2, last)] if wrapped else [range(first, last)]
    return [pid for span in spans for pid in span if _is_child(pid)]


def kill_group(group: int) -> None:
    """All processes of the session that have not left it, at once, which a fork bomb cannot outrun."""
    try:
        os.killpg(group, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def sweep(group: int) -> bool:
    """Ends everything that a child left behind; true when nothing is left. A double fork or setsid does not escape.

    The group goes first; the rest is stopped before it is killed, so that it cannot fork meanwhile. Where processes are
    not shown, those that were adopted are killed, and then those they leave.
    """
    kill_group(group)
    for _ in range(_ROUNDS):  # what was killed needs a moment to become reapable; looking for others costs more
        if _reap():
            return True
        time.sleep(0.0005)
    until = time.monotonic() + _SWEEP_S
    while not _reap():
        for pid in _stopped_descendants() or children_since(group):
            _signal(pid, signal.SIGKILL)
        if time.monotonic() > until:
            return False
        time.sleep(0.001)
    return True


def _stopped_descendants() -> set[int]:
    """All that are below this process, once all of them stand still; empty where they are not shown."""
    stopped: set[int] = set()
    while fresh := set(descendants(os.getpid()) or ()) - stopped:
        for pid in fresh:
            _signal(pid, signal.SIGSTOP)
        stopped |= fresh
    return stopped


def _is_child(pid: int) -> bool:
    try:
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except (ChildProcessError, ValueError, OSError):
        return False
    return True


def _reap() -> bool:
    """Collects ended children; true when there are no others."""
    while True:
        try:
            pid, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return True
        if pid == 0:
            return False


def _signal(pid: int, number: int) -> None:
    try:
        os.kill(pid, number)
    except (ProcessLookupError, PermissionError):
        return
