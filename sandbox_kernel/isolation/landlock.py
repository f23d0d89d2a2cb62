"""Landlock: which files, ports and signals this process and its children may reach, set up by raw system calls.

Each kernel knows some ABI of Landlock; only what it knows is asked for, and `restrict` says which ABI that was, so that
the seccomp filter can make up for the rest.
"""

from __future__ import annotations

import os
import stat
import struct
from collections.abc import Iterable
from typing import Final

from sandbox_kernel.isolation import syscalls

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_MAKE_CHAR, _MAKE_BLOCK, _REFER, _TRUNCATE, _IOCTL_DEV = 1 << 6, 1 << 11, 1 << 13, 1 << 14, 1 << 15
_FIRST_ABI: Final = (1 << 13) - 1
_BIND_TCP, _CONNECT_TCP = 1, 2
_SCOPE_ABSTRACT, _SCOPE_SIGNAL = 1, 2
_NEWEST_KNOWN = 7

READ: Final = _EXECUTE | _READ_FILE | _READ_DIR
_OF_FILES: Final = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL_DEV


def abi() -> int:
    """The ABI that this kernel has; 0 where it has none or a filter refuses the call."""
    try:
        return syscalls.call("landlock_create_ruleset", None, 0, 1)
    except OSError:
        return 0


def abi_used() -> int:
    """The newest ABI that this kernel and this module both know."""
    return min(abi(), _NEWEST_KNOWN)


def handled(version: int) -> int:
    """All rights on files that an ABI of this number knows."""
    rights = _FIRST_ABI
    for since, right in ((2, _REFER), (3, _TRUNCATE), (5, _IOCTL_DEV)):
        rights |= right if version >= since else 0
    return rights


def restrict(readable: Iterable[str], writable: Iterable[str], *, network: bool, signals: bool) -> int:
    """Leave this process only these paths, no TCP unless `network`, no signals to outside unless `signals`.

    Returns the ABI used. Paths that do not exist are left out. Needs no_new_privs; raises OSError without Landlock.
    """
    version = abi_used()
    if version < 1:
        raise OSError(38, "this kernel has no Landlock")
    rights = handled(version)
    ports = 0 if network or version < 4 else _BIND_TCP | _CONNECT_TCP
    scopes = 0 if version < 6 else _SCOPE_ABSTRACT | (0 if signals else _SCOPE_SIGNAL)
    wanted = struct.pack("=QQQ", rights, ports, scopes)
    wanted = wanted[: 24 if version >= 6 else 16 if version >= 4 else 8]
    ruleset = syscalls.call("landlock_create_ruleset", wanted, len(wanted), 0)
    try:
        for path in writable:
            _allow(ruleset, path, rights & ~(_MAKE_CHAR | _MAKE_BLOCK))
        for path in readable:
            _allow(ruleset, path, rights & READ)
        syscalls.call("landlock_restrict_self", ruleset, 0)
    finally:
        os.close(ruleset)
    return version


def keep_to_itself() -> None:
    """No signals, no tracing and no abstract sockets to processes outside; files and network stay as they are.

    Needs no_new_privs and ABI 6; raises OSError without them.
    """
    if abi() < 6:
        raise OSError(38, "this kernel's Landlock knows no scopes")
    wanted = struct.pack("=QQQ", 0, 0, _SCOPE_ABSTRACT | _SCOPE_SIGNAL)
    ruleset = syscalls.call("landlock_create_ruleset", wanted, len(wanted), 0)
    try:
        syscalls.call("landlock_restrict_self", ruleset, 0)
    finally:
        os.close(ruleset)


def _allow(ruleset: int, path: str, rights: int) -> None:
    try:
        target = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not stat.S_ISDIR(os.fstat(target).st_mode):
            rights &= _OF_FILES
        syscalls.call("landlock_add_rule", ruleset, 1, struct.pack("=Qi", rights, target), 0)
    finally:
        os.close(target)
