"""Ways to get a compile worker: a fresh interpreter, or a *seed* that was forked from this kernel before it had threads.

A launch gives the ends of one running worker; `worker_process` talks to it. The host has a third way, into an isolation
level (`host.compiling`).

Weighed for a kernel's first edit, which would wait 0.2 to 0.3 s for an interpreter: (a) starting that interpreter in the
background of every kernel: as much processor time as ten kernels of the fork server, and 20 MB each, for many that never
edit; (b) asking the fork server for a worker: it would have to be brought into the kernel's own namespaces and limits from
outside; (c) forking it from pid 1 of the jail or the keeper: it would have to be confined again, and levels without them
need another way; (d) forking it from the kernel itself once it is isolated and before its first thread: it is inside
whatever holds the kernel, shares the prepared modules with it, and waits in a system call: (d). It costs a fork at the start
and 2 MB (docs/benchmarks-versions.md), so a sandbox that a program makes without any module has none.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

MARK = "SANDBOX_KERNEL_COMPILE"
SEED = "SANDBOX_KERNEL_SEED"  # "no" in the environment of a kernel that is not expected to be edited
_ROOT = str(Path(__file__).resolve().parents[2])
_START = (
    "import sys; sys.path.append(sys.argv[1]) if sys.argv[1] not in sys.path else None; "
    "from sandbox_kernel.versions.compile_worker import main; main()"
)


@dataclass(frozen=True, slots=True)
class Ends:
    """One running worker, as its parent holds it: the descriptors to write requests to and to read answers from.

    `wait` returns once the process has ended, and reaps it.
    """

    pid: int
    requests: int
    answers: int
    wait: Callable[[], object]


Launch = Callable[[Mapping[str, str]], Ends]
"""Starts a worker with this environment; raises OSError where it cannot be started."""


def freshly(environment: Mapping[str, str]) -> Ends:
    """A fresh interpreter in a session of its own, with no descriptor of ours."""
    return started([sys.executable, "-I", "-X", "utf8", "-c", _START, _ROOT], environment)


def started(command: list[str], environment: Mapping[str, str], *, inherited: tuple[int, ...] = ()) -> Ends:
    requests, their_requests = _pipe(write=True)
    answers, their_answers = _pipe(write=False)
    try:
        process = subprocess.Popen(
            command,
            stdin=their_requests,
            stdout=their_answers,
            stderr=subprocess.DEVNULL,
            pass_fds=inherited,
            env=dict(environment),
            start_new_session=True,  # an interrupt of the kernel's process group is not meant for it
        )
    except OSError:
        os.close(requests)
        os.close(answers)
        raise
    finally:
        os.close(their_requests)
        os.close(their_answers)
    return Ends(process.pid, requests, answers, process.wait)


# -- a seed -------------------------------------------------------------------------------------------------------

_seeds: list[Ends] = []


def plant() -> None:
    """Forks a worker to be, for the first edit. Only in a process with one thread, isolated already; never raises."""
    with contextlib.suppress(OSError):  # at a limit of processes or descriptors the first edit starts one itself
        _seeds.append(_planted())


def from_seed(environment: Mapping[str, str]) -> Ends:
    """The worker that was planted, once; a fresh one after it, or where none was planted."""
    if _seeds:
        seed = _seeds.pop()
        if _is_alive(seed):
            return seed
        _discard(seed)
    return freshly(environment)


def is_missing() -> bool:
    """Whether a kernel that will be edited has no seed, as after a plain start."""
    return not _seeds and os.environ.get(SEED) != "no"


def _planted() -> Ends:
    requests, their_requests = _pipe(write=True)
    answers, their_answers = _pipe(write=False)
    parent = os.getpid()
    pid = os.fork()
    if pid == 0:
        _grow(parent, their_requests, their_answers)
    os.close(their_requests)
    os.close(their_answers)
    return Ends(pid, requests, answers, lambda: os.waitpid(pid, 0))


def _grow(parent: int, requests: int, answers: int) -> None:
    """The seed: waits without touching a page, becomes a compile worker at the first word. Never returns."""
    try:
        _separate(requests, answers)
        from sandbox_kernel.versions import confine  # needs the C library by ctypes, which the parent may not have

        confine.detach_child(parent)
        waiting = select.poll()
        waiting.register(0, select.POLLIN)
        waiting.poll()
        from sandbox_kernel.versions.compile_worker import main

        main()
    finally:
        os._exit(0)


def _separate(requests: int, answers: int) -> None:
    """Its own pipes as 0 and 1 and nothing else that the kernel has open."""
    null = os.open(os.devnull, os.O_RDWR)
    ends = [os.dup(fd) for fd in (requests, answers, null)]  # none of these is 0, 1 or 2 any more
    for number, fd in enumerate(ends):
        os.dup2(fd, number)
    os.closerange(3, os.sysconf("SC_OPEN_MAX"))


def _pipe(*, write: bool) -> tuple[int, int]:
    """Our end and theirs; ours is the one to write to, or the one to read from."""
    reading, writing = os.pipe()
    return (writing, reading) if write else (reading, writing)


def _is_alive(seed: Ends) -> bool:
    try:
        return os.waitpid(seed.pid, os.WNOHANG)[0] == 0
    except ChildProcessError:  # a copy of this process after a fork has no such child
        return False


def _discard(seed: Ends) -> None:
    for fd in (seed.requests, seed.answers):
        with contextlib.suppress(OSError):
            os.close(fd)


def kill(pid: int, *, whole_group: bool = False) -> None:
    try:
        (os.killpg if whole_group else os.kill)(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return
