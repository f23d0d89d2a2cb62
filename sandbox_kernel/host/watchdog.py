"""Ends a sandbox that uses more than it may, and says why: what rlimits bound per process, this bounds for the whole.

One thread per host process, started with the first sandbox, so that a busy event loop does not blind it. It looks at
quiet sandboxes shortly and at growing ones often. A cgroup, where there is one, holds memory and processes exactly; the
watchdog then only tells what happened.

Weighed: (a) a task on the host's loop: silent while the loop is; (b) a process per sandbox: twice the processes; (c) the
keeper of each sandbox: no shared scan, and limits would be judged inside the sandbox's own tree; (d) one thread: (d).
"""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final

from sandbox_kernel.host import disk, usage
from sandbox_kernel.host.throttle import LOOK_S, Throttle
from sandbox_kernel.host.usage import CpuTime, Usage
from sandbox_kernel.isolation.cgroups import Cgroup
from sandbox_kernel.isolation.limits import MIB, Limits

log = logging.getLogger(__name__)

QUIET_S: Final = 0.2
WHOLE_S: Final = 2.0  # a quiet sandbox is counted in full this often, and as soon as its kernel moves
BUSY_S: Final = 0.1
GROWING_S: Final = 0.03
FILES_S: Final = 2.0
TELL_S: Final = 1.0
MOST_DESCRIPTORS: Final = 4096
ROOM_MB: Final = 16
ROOM_FILES: Final = 500
FULL: Final = 0.9


@dataclass(frozen=True, slots=True)
class Exceeded:
    """`limit` is the field of `Limits`; `sentence` is for people."""

    limit: str
    allowed: float
    sentence: str


@dataclass(slots=True, eq=False)
class Watched:
    """One running sandbox. In the watchdog's thread `on_limit` is called once, then the keeper ends all of it;
    `on_notice` when the system ended one of its processes and the kernel goes on; `on_usage` about once a second while
    it is busy."""

    keeper: int
    kernel: int
    limits: Limits
    directories: tuple[str, ...]
    on_limit: Callable[[Exceeded], None]
    on_notice: Callable[[Exceeded], None] | None = None
    on_usage: Callable[[Usage], None] | None = None
    cgroup: Cgroup | None = None
    kills: int = 0
    kills_told: int = 0
    told: float = 0.0
    last: Usage = field(default_factory=Usage)
    due: float = 0.0
    whole_due: float = 0.0
    files_due: float = 0.0
    seen: bool = False
    pids: tuple[int, ...] = ()
    pulse: bytes = b""
    times: dict[int, CpuTime] = field(default_factory=dict)
    measured: float = 0.0
    throttle: Throttle | None = None


_WORDS: Final = {
    "memory_mb": "{:,} MB of memory",
    "disk_mb": "{:,} MB of disk",
    "files": "{:,} files",
    "processes": "{:,} processes and threads",
    "cpu_seconds": "{:g} s of CPU",
    "open_files": f"{MOST_DESCRIPTORS:,} open files",
}


def exceeded(name: str, limits: Limits) -> Exceeded:
    """The sentence for a limit of a whole sandbox."""
    allowed = getattr(limits, name)
    return Exceeded(name, float(allowed), f"stopped: it used more than {_WORDS[name].format(allowed)}")


def judge(limits: Limits, now: Usage) -> Exceeded | None:
    """The first limit that is exceeded. Pure."""
    checks = {
        "memory_mb": now.memory_bytes > limits.memory_mb * MIB,
        "disk_mb": now.disk_bytes > limits.disk_mb * MIB,
        "files": now.files > limits.files,
        "processes": now.tasks > limits.processes + 8,
        "cpu_seconds": now.cpu_seconds > limits.cpu_seconds,
        "open_files": now.descriptors > MOST_DESCRIPTORS,
    }
    over = next((name for name, is_over in checks.items() if is_over and getattr(limits, name)), None)
    return exceeded(over, limits) if over else None


def with_what_is_there(limits: Limits, at_start: Usage) -> Limits:
    """A directory that is full already must not end the restart in which it is to be cleaned up: it may not grow. Pure."""
    disk_mb, files = at_start.disk_bytes // MIB, at_start.files
    return replace(
        limits,
        disk_mb=disk_mb + ROOM_MB if limits.disk_mb and disk_mb > limits.disk_mb * FULL else limits.disk_mb,
        files=files + ROOM_FILES if limits.files and files > limits.files * FULL else limits.files,
    )


def pace(limits: Limits, before: Usage, now: Usage) -> float:
    """How soon to look again: the closer to a limit and the faster on the way, the sooner. Pure."""
    memory, disk = limits.memory_mb * MIB, limits.disk_mb * MIB
    if (memory and now.memory_bytes > memory * 0.6) or (disk and now.disk_bytes > disk * 0.3):
        return GROWING_S
    if now.memory_bytes - before.memory_bytes > 16 * MIB or now.tasks - before.tasks > 8 or now.processes > 16:
        return GROWING_S
    return BUSY_S if now.cpu_seconds - before.cpu_seconds > 0.02 else QUIET_S


class Watchdog:
    """Safe to use from any thread. The thread ends when nothing is left to watch."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._watched: set[Watched] = set()
        self._changed = threading.Event()
        self._thread: threading.Thread | None = None

    def watch(self, watched: Watched) -> None:
        """The first look is one of those at a growing sandbox: one right now would hold up the start it belongs to."""
        watched.due = time.monotonic() + GROWING_S
        with self._lock:
            self._watched.add(watched)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="sandbox-watchdog", daemon=True)
                self._thread.start()
        self._changed.set()

    def forget(self, watched: Watched) -> None:
        with self._lock:
            self._watched.discard(watched)
        self._changed.set()

    def _run(self) -> None:
        while True:
            self._changed.clear()
            with self._lock:
                if not self._watched:
                    self._thread = None
                    return
                watched = list(self._watched)
            now = time.monotonic()
            for one in watched:
                if one.due <= now:
                    self._look(one, now)
            self._changed.wait(max(0.005, min(one.due for one in watched) - time.monotonic()))

    def _look(self, one: Watched, now: float) -> None:
        try:
            if one.throttle is not None and one.throttle.stopped:
                one.throttle.go_on(usage.tree(one.keeper))
            if is_still(one, now):
                one.due = now + QUIET_S
                return
            found = measure(one, now)
            wait = pace(one.limits, one.last, found)
            one.due, one.whole_due = time.monotonic() + wait, now + (WHOLE_S if wait == QUIET_S else 0)
            hold_share(one, now, found.cpu_seconds - one.last.cpu_seconds)
            if not one.seen:
                one.seen, one.limits = True, with_what_is_there(one.limits, found)
            one.last = found
            tell_usage(one, now)
            if over := judge(one.limits, found):
                self.forget(one)
                _signal(one.kernel, signal.SIGSTOP)
                one.on_limit(over)  # first told, then ended: whoever sees the end knows why
                _signal(one.keeper, signal.SIGTERM)
            else:
                tell_kills(one)
        except Exception:  # a border: one sandbox that cannot be measured must not end the watch over all others
            log.exception("a sandbox could not be measured")
            one.due = now + QUIET_S


def is_still(one: Watched, now: float) -> bool:
    """Whether nothing much can have changed since it was counted: no main thread of its processes has run.

    A few small files instead of some forty: two hundred quiet sandboxes must not cost a core.
    """
    before, one.pulse = one.pulse, b"".join(usage.pulse(pid) for pid in one.pids)
    return bool(before) and before == one.pulse and now < one.whole_due


def measure(one: Watched, now: float) -> Usage:
    """What it uses now; the files are counted more seldom while nothing moves."""
    limits = one.limits
    pids = usage.tree(one.keeper)
    one.pids = tuple(pids)
    most = limits.memory_mb * MIB
    times: dict[int, CpuTime] = {}
    found = usage.of_processes(pids, exact_above_bytes=most // 2, with_descriptors=bool(limits.open_files), times=times)
    found = replace(found, cpu_seconds=one.last.cpu_seconds + usage.cpu_between(one.times, times))
    one.times = times
    active = found.cpu_seconds - one.last.cpu_seconds > 0.005
    if (limits.disk_mb or limits.files) and (active or one.files_due <= now):
        most_files = limits.files if one.seen else 0
        counted = [disk.of_directory(path, most_files=most_files) for path in one.directories]
        one.files_due = now + FILES_S
        size = sum(size for size, _ in counted) + disk.of_deleted(pids, one.directories)
        return replace(found, disk_bytes=size, files=sum(count for _, count in counted))
    return replace(found, disk_bytes=one.last.disk_bytes, files=one.last.files)


def tell_usage(one: Watched, now: float) -> None:
    if one.on_usage is not None and now - one.told >= TELL_S:
        one.told = now
        one.on_usage(one.last)


def tell_kills(one: Watched) -> None:
    """A cgroup ends the largest process, which need not be the kernel. It is told at the look after: whoever lost the
    kernel itself is told of that end instead."""
    if one.cgroup is None or one.on_notice is None:
        return
    if one.kills > one.kills_told:
        one.kills_told = one.kills
        allowed = one.limits.memory_mb
        what = f"one of its processes was ended: together they used more than {allowed:,} MB of memory"
        one.on_notice(Exceeded("memory_mb", float(allowed), what))
    one.kills = one.cgroup.out_of_memory_kills()


def hold_share(one: Watched, now: float, used_s: float) -> None:
    """Stops a sandbox that has used more than its share of the processor, until that share has caught up."""
    elapsed, one.measured = now - one.measured, now
    if one.throttle is None or not one.seen:
        return
    if used_s:
        kernel_first = sorted(one.times, key=lambda pid: pid != one.kernel)
        one.throttle.step_back({pid: one.times[pid].session for pid in kernel_first})
    stop_s = one.throttle.account(elapsed, used_s)
    if stop_s:
        one.throttle.stop(lambda: usage.tree(one.keeper))
        one.due = time.monotonic() + stop_s
    elif used_s > one.throttle.share * elapsed / 2:
        one.due = min(one.due, time.monotonic() + LOOK_S)


def _signal(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, number)


WATCHDOG: Final = Watchdog()
