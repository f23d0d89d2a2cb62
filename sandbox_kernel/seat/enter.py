"""How a learner's whole server is shut in before it reads its first file: it sees its own learner's files and no other's.

Learners' code runs one door further in, in the sandbox's own jail without a network. The server needs the network (the
hub, the proxy, the service), so it is held by other means: a private view of the file system and of the processes, in
namespaces of its own (`jail`), or Landlock on files where there are no user namespaces (`fence`). Inside a `jail` the
sandboxes can still be jails; inside a `fence` they are fences, because Landlock lets nobody mount any more.

Weighed for several learners on one machine without root: (a) processes of one user that trust each other: any symlink
that a learner's code puts into its folder makes the server read another's files; (b) one system user per learner, which
needs root; (c) the server in a view of its own: (c).
"""

from __future__ import annotations

import json
import os
import socket

from sandbox_kernel.isolation import keeper, landlock, namespaces, syscalls
from sandbox_kernel.isolation.enter import fail
from sandbox_kernel.isolation.limits import apply_rlimits
from sandbox_kernel.isolation.mounts import View
from sandbox_kernel.isolation.spec import Spec, system_paths
from sandbox_kernel.isolation.trees import mount

_NAMESPACES = namespaces.MOUNT | namespaces.PID | namespaces.IPC
_PROC_FLAGS = 2 | 4 | 8  # no set-uid, no devices, no programs
_REMOUNT_BIND = 32 | 4096
_OUTSIDE = (
    "/etc",
    "/proc",
    "/dev/urandom",
    "/dev/random",
)  # what a fence shows besides programs: all of it world-readable


class ServerView(View):
    """As a sandbox's, but with an unmasked /proc: where part of it is covered, no sandbox inside could mount its own."""

    def _proc(self) -> None:
        os.makedirs("/tmp/proc", exist_ok=True)  # the new root is put together there
        mount("proc", "/tmp/proc", "proc", _PROC_FLAGS)

    def enter(self) -> None:
        super().enter()
        mount("none", "/proc", flags=_REMOUNT_BIND | _PROC_FLAGS)  # writable again: a sandbox maps its user there


def enter(spec: Spec, channel: socket.socket) -> None:
    """Shut the caller in, tell who started it, wait for its word. Returns in the process that becomes the server."""
    try:
        if spec.level == "jail":
            _into_namespaces(spec, channel)
        elif spec.level == "fence":
            _behind_landlock(spec, channel)
        if spec.level != "none":
            apply_rlimits(spec.limits, tasks_before=0)
            namespaces.drop_capabilities()
            syscalls.no_new_privileges()
    except OSError as error:
        fail(channel, f"{error.strerror or error}")
    channel.send(json.dumps({"ok": True, "level": spec.level}).encode())
    if not channel.recv(1):
        os._exit(70)
    channel.close()


def _into_namespaces(spec: Spec, channel: socket.socket) -> None:
    traced = keeper.may_trace()
    namespaces.unshare_users()
    namespaces.unshare(_NAMESPACES)
    init = keeper.start_init(traced=traced)
    namespaces.set_dumpable(False)  # the keeper and pid 1: no one inside may look into the two
    parent = os.getpid()
    server = keeper.fork()
    if server:
        namespaces.drop_capabilities()
        keeper.keep(server, channel, init)
    keeper.die_with_parent(parent)
    view = ServerView(spec)
    view.gather()
    view.build()
    view.enter()
    os.setsid()
    namespaces.set_dumpable(True)


def _behind_landlock(spec: Spec, channel: socket.socket) -> None:
    keeper.leave_behind(channel)
    os.setsid()
    syscalls.no_new_privileges()
    readable = (*system_paths(), *spec.programs, *spec.readable, *_OUTSIDE)
    writable = (*spec.writable, spec.home, "/dev/null", "/dev/full", "/dev/shm")
    landlock.restrict(readable, tuple(filter(None, writable)), network=True, signals=False)
