"""Enter a level: the one road by which a process becomes a sandbox, for the launcher, the fork server and the compiler.

    enter(spec, channel)     returns in the process that is to run the code, isolated; never in the keeper or in pid 1

The caller must have one thread only. Designs weighed: (a) an external launcher such as bubblewrap: not there on most
machines, and a second program start; (b) a launcher of our own that isolates and then executes the kernel: no
surprises, but Python starts twice (25 ms); (c) isolate inside the interpreter that will run the kernel, before it
imports anything of the kernel: one start, and the fork server uses the same functions after its fork. (c) it is; (b)
remains for programs that are not Python.

Who is who: the keeper (what the host started) is the parent of the kernel, and of pid 1 where there is a jail. What
goes wrong on the way is sent over the channel and ends all of them: a level is entered whole or not at all.
"""

from __future__ import annotations

import contextlib
import errno
import itertools
import json
import os
import socket
import sys
from typing import Any, NoReturn

from sandbox_kernel.isolation import keeper, landlock, namespaces, politeness, seccomp, syscalls
from sandbox_kernel.isolation.limits import apply_rlimits, share_cpus
from sandbox_kernel.isolation.mounts import View
from sandbox_kernel.isolation.spec import Spec, system_paths

_FENCE_READABLE = (
    "/etc/ld.so.cache", "/etc/localtime", "/etc/os-release", "/etc/mime.types", "/etc/fonts", "/etc/alternatives",
    "/etc/passwd", "/etc/group", "/etc/nsswitch.conf", "/etc/ssl/openssl.cnf", "/etc/ssl/certs", "/etc/inputrc",
    "/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/proc/uptime", "/proc/loadavg", "/proc/version",
    "/proc/filesystems", "/dev/urandom", "/dev/random",
)  # fmt: skip


def enter(spec: Spec, channel: socket.socket) -> dict[str, Any]:  # Any: JSON
    """Isolate the caller as `spec` says, tell the host over `channel` and wait for its word; gives what was told."""
    notes = isolate(spec, channel)
    await_word(channel)
    return notes


def isolate(spec: Spec, channel: socket.socket) -> dict[str, Any]:  # Any: JSON
    """The first half of `enter`: until `await_word` the caller may prepare itself, but runs nothing of the sandbox."""
    notes: dict[str, Any] = {"ok": True, "level": spec.level, "landlock": 0}  # Any: JSON
    try:
        join(spec)
        if spec.level != "none":
            raise_oom_score()
            _fork_off(spec, channel)
            if spec.level != "jail":
                os.setsid()
                politeness.carry_over()
            notes["pinned"] = not spec.cpu_bounded and share_cpus(spec.limits)
            apply_rlimits(spec.limits, tasks_before=0 if spec.level == "jail" else _tasks_of_user())
        if spec.level in ("fence", "jail"):
            notes["landlock"] = confine(spec, pinned=notes["pinned"])
    except OSError as error:
        fail(channel, f"{error.strerror or error} ({errno.errorcode.get(error.errno or 0, '?')})")
    channel.send(json.dumps(notes).encode())
    return notes


def await_word(channel: socket.socket) -> None:
    """The host looks from outside first, and lets go only what is as it asked."""
    if not channel.recv(1):
        os._exit(70)
    channel.close()


def prepare() -> None:
    """What a process that is forked for many sandboxes can do ahead for all of them."""
    held = landlock.abi_used()
    for memory_bounded, pinned in itertools.product((False, True), repeat=2):
        seccomp.program(seccomp.Policy(True, memory_bounded, held, 0, pinned))


def fail(channel: socket.socket, reason: str) -> NoReturn:
    with contextlib.suppress(OSError):
        channel.send(json.dumps({"ok": False, "reason": reason}).encode())
    os._exit(70)


def join(spec: Spec) -> None:
    """`tasks` (v1) moves this one thread, which is all there is, at once; `cgroup.procs` locks out every fork of the
    machine first, which waits 10 to 20 ms for all cores."""
    for path in spec.cgroups:
        name = "tasks" if os.path.exists(f"{path}/tasks") else "cgroup.procs"
        with open(f"{path}/{name}", "w", encoding="ascii") as file:
            file.write("0")


def raise_oom_score() -> None:
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w", encoding="ascii") as file:
        file.write("900")  # when the machine runs out of memory a sandbox goes first


def _tasks_of_user() -> int:
    """Tasks that the kernel counts for this user already: its limit of processes is per user, not per sandbox."""
    total, uid = 0, os.getuid()
    try:
        names = os.listdir("/proc")
    except OSError:  # behind a fence already: the machine's total is never too low
        with open("/proc/loadavg", encoding="ascii") as file:
            return int(file.read().split()[3].partition("/")[2])
    for name in names:
        if name.isdigit():
            with contextlib.suppress(OSError):
                if os.stat(f"/proc/{name}").st_uid == uid:
                    total += len(os.listdir(f"/proc/{name}/task"))
    return total


def _fork_off(spec: Spec, channel: socket.socket) -> None:
    """Leave the keeper (and pid 1) behind; returns in the process that goes on."""
    if spec.level == "jail":
        _fork_into_jail(spec, channel)
    else:
        keeper.leave_behind(channel)


def _fork_into_jail(spec: Spec, channel: socket.socket) -> None:
    as_root = os.geteuid() == 0 and spec.user >= 0
    maps = owner_maps(spec) if as_root else {}
    traced = keeper.may_trace()
    if not as_root:
        namespaces.unshare_users()
    namespaces.unshare(namespaces.ALL_BUT_USERS)
    init = keeper.start_init(traced=traced)
    namespaces.set_dumpable(False)  # pid 1 too: no one inside may look into the two
    parent = os.getpid()
    kernel = keeper.fork()
    if kernel:
        if not as_root:
            namespaces.drop_capabilities()
        keeper.keep(kernel, channel, init)
    keeper.die_with_parent(parent)
    os.setsid()
    politeness.carry_over()  # here the machine's /proc is still to be seen
    build(spec, maps, as_root=as_root)
    keeper.die_with_parent(parent)  # a change of identity took it back


def build(spec: Spec, maps: dict[int, int], *, as_root: bool, ahead: bool = False) -> None:
    """`ahead`: what is given to one sandbox comes later, see `isolation.ahead`."""
    view = View(spec, maps, ahead=ahead)
    view.gather()
    view.build()
    for descriptor in maps.values():
        os.close(descriptor)
    namespaces.configure_host()
    directory = os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC
    before, settings = os.open("/proc/self", directory), os.open("/proc/sys/user", directory)
    view.enter()
    if as_root:
        namespaces.become(spec.user)
        namespaces.unshare_users(dir_fd=before)
    namespaces.bound_own(settings)
    os.close(settings)
    os.close(before)


def owner_maps(spec: Spec) -> dict[int, int]:
    given = [os.stat(path) for path in (*spec.readable, *spec.writable) if os.path.exists(path)]
    owners = {state.st_uid: state.st_gid for state in given}
    return {user: namespaces.map_owner((user, group), spec.user) for user, group in owners.items()}


def confine(spec: Spec, *, pinned: bool) -> int:
    """Capabilities, Landlock and the filter, in this order: each needs what the next one takes away."""
    jailed = spec.level == "jail"
    if jailed or os.geteuid() == 0:
        namespaces.drop_capabilities()
    namespaces.set_dumpable(True)
    syscalls.no_new_privileges()
    if jailed:
        held = _landlock_in_jail(spec)
    else:
        held = landlock.restrict(_readable(spec), _writable(spec), network=False, signals=False)
    seccomp.install(seccomp.Policy(jailed, spec.memory_bounded, held, 0 if jailed else os.getpid(), pinned))
    return held


def _landlock_in_jail(spec: Spec) -> int:
    """A second fence round the same ground, so that a hole in the view opens nothing; the view holds without it."""
    if not landlock.abi():
        return 0
    writable = (*spec.writable, "/tmp", "/home", "/dev/shm", "/dev/pts", *_devices(spec))
    return landlock.restrict(("/",), writable, network=True, signals=False)


def _devices(spec: Spec) -> tuple[str, ...]:
    return ("/dev/null", "/dev/full", "/dev/ptmx", "/dev/tty", *(("/dev/zero",) if spec.memory_bounded else ()))


def _readable(spec: Spec) -> tuple[str, ...]:
    own = f"/proc/{os.getpid()}"
    given = [part for path in spec.readable for part in _without(path, spec.hidden)]
    return (*system_paths(), *spec.programs, *given, *_FENCE_READABLE, own)


def _without(path: str, hidden: tuple[str, ...]) -> list[str]:
    """The directory, or its entries one by one where one of them is hidden: Landlock can allow, never except."""
    inside = [other for other in hidden if os.path.dirname(other) == path]
    if not inside:
        return [path]
    return [entry.path for entry in os.scandir(path) if entry.path not in inside]


def _writable(spec: Spec) -> tuple[str, ...]:
    return (*spec.writable, *filter(None, [spec.home]), "/dev/null", "/dev/full")


def run(argv: list[str]) -> None:
    """Become the program: `-m module` in this very interpreter, anything else by executing it."""
    if argv[0] != "-m":
        os.execvp(argv[0], argv)
    import runpy  # not needed by the fork server

    sys.argv = argv[1:]
    sys.path.insert(0, "")
    runpy.run_module(argv[1], run_name="__main__", alter_sys=True)
