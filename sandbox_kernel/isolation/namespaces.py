"""Namespaces, identities and privileges of the calling process. Everything here changes the caller for good.

An ordinary user makes a user namespace first and is root in it only while the jail is built. Root builds the jail as
root and then becomes an ordinary user that owns nothing on the machine; the sandbox's own directories are mapped to it.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import socket
import struct
from typing import Final

from sandbox_kernel.isolation import keeper, syscalls
from sandbox_kernel.isolation.mounts import USER

MOUNT, UTS, IPC, USERS, PID, NET = 0x20000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000
NAMES: Final = {"mnt": MOUNT, "uts": UTS, "ipc": IPC, "user": USERS, "pid": PID, "net": NET}
ALL_BUT_USERS: Final = MOUNT | UTS | IPC | PID | NET
_OWN_BOUNDS: Final = {"max_inotify_instances": 16, "max_inotify_watches": 8192, "max_user_namespaces": 0}
_DUMPABLE, _DROP_BOUND, _AMBIENT, _AMBIENT_CLEAR = 4, 24, 47, 4


def unshare(flags: int) -> None:
    syscalls.call("unshare", flags)


def unshare_users(proc_self: str = "/proc/self", *, dir_fd: int | None = None) -> None:
    """A new user namespace in which the caller is `USER`; its own identity outside does not change."""
    uid, gid = os.geteuid(), os.getegid()
    unshare(USERS)
    for name, text in (("setgroups", "deny"), ("gid_map", f"{USER} {gid} 1"), ("uid_map", f"{USER} {uid} 1")):
        path = name if dir_fd is not None else f"{proc_self}/{name}"
        target = os.open(path, os.O_WRONLY | os.O_CLOEXEC, dir_fd=dir_fd)
        try:
            os.write(target, text.encode())
        finally:
            os.close(target)


def bound_own(settings: int) -> None:
    """What the kernel counts per user it also counts per user namespace: code inside must not use up what its user's
    other programs need. `settings` is a descriptor of /proc/sys/user; a kernel without one of them leaves it out."""
    for name, most in _OWN_BOUNDS.items():
        with contextlib.suppress(OSError):
            target = os.open(name, os.O_WRONLY | os.O_CLOEXEC, dir_fd=settings)
            try:
                os.write(target, str(most).encode())
            finally:
                os.close(target)


def become(user: int) -> None:
    """From root to an ordinary user without any group."""
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)
    set_dumpable(True)


def set_dumpable(value: bool) -> None:
    """Whether others of the same user may look into this process's memory and descriptors."""
    syscalls.prctl(_DUMPABLE, int(value))


def map_owner(owner: tuple[int, int], user: int) -> int:
    """A user namespace, as a descriptor, in which the files of `owner` (uid, gid) belong to `user`. Needs root.

    A namespace lives as long as somebody is in it or holds it, so a process must be born in it for a moment.
    """
    child = syscalls.sleeping_child(USERS)
    try:
        for name, inside in (("uid_map", owner[0]), ("gid_map", owner[1])):
            with open(f"/proc/{child}/{name}", "w", encoding="ascii") as file:
                file.write(f"{inside} {user} 1")
        return os.open(f"/proc/{child}/ns/user", os.O_RDONLY | os.O_CLOEXEC)
    finally:
        keeper.put_away(child)


def configure_host() -> None:
    """A name and a loopback device of the sandbox's own; needs new UTS and network namespaces."""
    name = b"sandbox"
    syscalls.call("sethostname", name, len(name))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as device:
        fcntl.ioctl(device, 0x8914, struct.pack("16sH14x", b"lo", 0x41))  # SIOCSIFFLAGS: up and running


def drop_capabilities() -> None:
    """None left, none to be had: permitted, effective, inheritable, ambient and, where allowed, bounding."""
    syscalls.prctl(_AMBIENT, _AMBIENT_CLEAR)
    for capability in range(64):
        try:
            syscalls.prctl(_DROP_BOUND, capability)
        except OSError:  # beyond the last one, or an ordinary user, who has none to lose
            break
    header, none = struct.pack("=Ii", 0x20080522, 0), bytes(24)
    syscalls.call("capset", header, none)
