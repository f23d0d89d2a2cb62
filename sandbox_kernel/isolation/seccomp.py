"""Which system calls code in a sandbox may make: a BPF program assembled here, for x86_64 and aarch64.

A deny list with a ceiling, chosen over an allow list: numpy, pandas and what learners install use several hundred
calls, and a list that is too short breaks them in ways nobody can explain. What a deny list misses, calls that newer
kernels add, the ceiling refuses with ENOSYS. Foreign architectures (i386, x32) are refused whole. Calls without an
argument check cost nothing: the kernel caches that they are allowed. Records here are tuples, as in `spec`: making a
dataclass takes a millisecond of every start.
"""

from __future__ import annotations

import ctypes
import errno
import struct
from collections.abc import Iterator
from functools import cache
from typing import Final, NamedTuple

from sandbox_kernel.isolation import syscalls

_LOAD, _EQUAL, _AT_LEAST, _AND, _RETURN = 0x20, 0x15, 0x35, 0x54, 0x06
_ALLOW, _ERRNO = 0x7FFF0000, 0x00050000
_ARCHITECTURE: Final = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_SET_MODE_FILTER = 1

_NEW_NAMESPACES = 0x7E020000
_SHARED_ANONYMOUS = 0x21
_UNIX, _INET, _INET6, _NETLINK = 1, 2, 10, 16
_STREAM, _RAW, _SEQPACKET = 1, 3, 5

_NEVER: Final = """
clone3 unshare setns mount umount2 pivot_root chroot open_tree move_mount fsopen fsconfig fsmount fspick mount_setattr
statmount listmount open_tree_attr ptrace process_vm_readv process_vm_writev process_madvise process_mrelease kcmp
pidfd_getfd keyctl add_key request_key bpf perf_event_open userfaultfd io_uring_setup io_uring_enter io_uring_register
memfd_secret fanotify_init fanotify_mark open_by_handle_at name_to_handle_at kexec_load kexec_file_load init_module
finit_module delete_module personality reboot swapon swapoff acct quotactl quotactl_fd syslog sethostname
setdomainname settimeofday clock_settime clock_adjtime adjtimex vhangup nfsservctl lookup_dcookie iopl ioperm
modify_ldt uselib ustat sysfs _sysctl mbind set_mempolicy migrate_pages move_pages set_mempolicy_home_node shmget
shmat shmctl semget semop semctl semtimedop msgget msgsnd msgrcv msgctl mq_open mq_unlink fallocate io_setup openat2
sync syncfs
"""
# Landlock does not cover these, and without a mount namespace every file of the same user is in reach of them.
_ATTRIBUTES: Final = """
chmod fchmod fchmodat fchmodat2 chown fchown lchown fchownat utime utimes utimensat futimesat setxattr lsetxattr
fsetxattr removexattr lremovexattr fremovexattr setxattrat removexattrat file_setattr inotify_init inotify_init1
connect
"""
# glibc falls back to an older call only when it is told that the new one does not exist.
_AS_IF_MISSING = {"clone3", "fchmodat2", "openat2", "io_setup"}
_UNSUPPORTED = {"fallocate"}
# Answered with success and without effect: `shutil.copy` and many installers fail when these do. To write out the whole
# machine's data is nobody's need inside: `fsync` of a file works.
_IGNORED = {"chmod", "fchmod", "fchmodat", "utime", "utimes", "utimensat", "futimesat", "sync", "syncfs"}
# Where a new file or a changed one is given its mode: a program that runs as its owner, made by code in a sandbox, would
# lend the owner's rights to every other user of the machine. (`openat2` has its mode where no filter can look.)
_MODE_AT = {
    "chmod": 1, "fchmod": 1, "fchmodat": 2, "fchmodat2": 2, "mknod": 1, "mknodat": 2, "creat": 1, "open": 2, "openat": 3,
}  # fmt: skip
_RUNS_AS_OWNER = 0o6000
_CREATES = 0o100 | 0o20000000  # O_CREAT, and what tells O_TMPFILE from O_DIRECTORY


class Test(NamedTuple):
    """One condition on argument `argument`: its low (or high) 32 bits, masked, equal (or do not equal) `value`."""

    argument: int
    value: int
    equal: bool = True
    mask: int = 0xFFFFFFFF
    high: bool = False


class Rule(NamedTuple):
    """`name` is refused with `error` when all `tests` hold."""

    name: str
    tests: tuple[Test, ...] = ()
    error: int = errno.EPERM


class Policy(NamedTuple):
    """What the filter has to make up for: `namespaces` false means that the host's processes and paths are in reach;
    `memory_bounded` that a cgroup counts shared memory; `landlock_abi` what Landlock holds already."""

    namespaces: bool
    memory_bounded: bool = False
    landlock_abi: int = 0
    own_pid: int = 0
    pinned: bool = False


def rules(policy: Policy) -> list[Rule]:
    """Everything that is refused, in the order in which it is looked at."""
    found = [Rule(name, error=_error_of(name)) for name in _NEVER.split()]
    if not policy.memory_bounded:
        found.append(Rule("memfd_create"))
        shared = Test(3, _SHARED_ANONYMOUS, mask=_SHARED_ANONYMOUS)
        found.append(Rule("mmap", (shared,), errno.ENOMEM))
    if policy.pinned:
        found.append(Rule("sched_setaffinity"))
    found += [Rule("clone", (Test(0, 0, equal=False, mask=_NEW_NAMESPACES),))]
    found += [
        Rule("ioctl", (Test(1, request),)) for request in (0x5412, 0x541C)
    ]  # TIOCSTI, TIOCLINUX: typing for others
    # A lease on a file that is shown to a sandbox holds up, for most of a minute, whoever opens it on the host.
    found += [Rule("fcntl", (Test(1, command),)) for command in (1024, 1026)]  # F_SETLEASE, F_NOTIFY
    found += [Rule("setsockopt", (Test(1, 1), Test(2, option))) for option in (7, 8, 32, 33)]  # buffers of any size
    found += _mode_rules()
    found += _socket_rules(policy)
    if not policy.namespaces:
        found += _rules_without_namespaces(policy)
    return [rule for rule in found if syscalls.NUMBERS[rule.name] >= 0]


def _error_of(name: str) -> int:
    if name in _IGNORED:
        return 0
    if name in _UNSUPPORTED:
        return errno.EOPNOTSUPP
    return errno.ENOSYS if name in _AS_IF_MISSING else errno.EPERM


def _mode_rules() -> Iterator[Rule]:
    """The mode of `open` counts only where a file may be made; elsewhere the register holds anything."""
    for name, at in _MODE_AT.items():
        special = Test(at, 0, equal=False, mask=_RUNS_AS_OWNER)
        creating = (Test(at - 1, 0, equal=False, mask=_CREATES),) if name in ("open", "openat") else ()
        yield Rule(name, (*creating, special))


def _socket_rules(policy: Policy) -> Iterator[Rule]:
    # Netlink answers which interfaces there are, without which libzmq aborts; nothing can be changed or sent by it.
    families = (_UNIX, _NETLINK, _INET, _INET6) if policy.namespaces else (_UNIX, _NETLINK)
    unknown = tuple(Test(0, family, equal=False) for family in families)
    yield Rule("socket", unknown, errno.EAFNOSUPPORT)
    yield Rule("socket", (Test(0, _NETLINK), Test(2, 0, equal=False)))
    yield Rule("socketpair", (Test(0, _UNIX, equal=False),), errno.EAFNOSUPPORT)
    if policy.namespaces:
        yield Rule("socket", (Test(0, _UNIX, equal=False), Test(0, _NETLINK, equal=False), Test(1, _RAW, mask=0xF)))
        return
    # A datagram socket reaches any path without connect(), through an address that a filter cannot see.
    connected = (Test(1, _STREAM, equal=False, mask=0xF), Test(1, _SEQPACKET, equal=False, mask=0xF))
    yield Rule("socket", (Test(0, _UNIX), *connected))
    yield Rule("socketpair", connected)


def _rules_without_namespaces(policy: Policy) -> Iterator[Rule]:
    for name in _ATTRIBUTES.split():
        yield Rule(name, error=_error_of(name))
    stranger = (Test(0, 0, equal=False), Test(0, policy.own_pid, equal=False))
    for name in ("prlimit64", "sched_setaffinity"):
        yield Rule(name, stranger)
    for name in ("sched_setscheduler", "sched_setattr", "sched_setparam"):
        yield Rule(name, stranger, 0)  # libzmq sets the policy of its own threads so, and aborts when it may not
    yield Rule("setpriority", (Test(0, 0, equal=False),))
    yield Rule("setpriority", (Test(1, 0, equal=False), Test(1, policy.own_pid, equal=False)))
    yield Rule("ioprio_set", (Test(0, 1, equal=False),))
    yield Rule("ioprio_set", (Test(1, 0, equal=False), Test(1, policy.own_pid, equal=False)))
    if policy.landlock_abi < 6:
        yield from _signals_to_itself_only(policy.own_pid)
    if policy.landlock_abi < 3:
        truncating = 0o1000
        yield Rule("truncate")
        yield Rule("openat", (Test(2, truncating, mask=truncating | 3),))
        yield Rule("open", (Test(1, truncating, mask=truncating | 3),))


def _signals_to_itself_only(own_pid: int) -> Iterator[Rule]:
    for name in ("kill", "tgkill"):
        yield Rule(name, (Test(0, own_pid, equal=False),))
    for name in ("tkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo", "pidfd_send_signal"):
        yield Rule(name)
    yield from (Rule("fcntl", (Test(1, command),)) for command in (8, 15))  # F_SETOWN, F_SETOWN_EX: SIGIO to anybody
    yield from (Rule("ioctl", (Test(1, request),)) for request in (0x8901, 0x8902))


def assemble(refused: list[Rule], machine: str = syscalls.MACHINE) -> bytes:
    """The BPF program, as the kernel takes it."""
    code: list[tuple[int, int, int, int]] = [
        (_LOAD, 0, 0, 4),
        (_EQUAL, 1, 0, _ARCHITECTURE[machine]),
        (_RETURN, 0, 0, _ERRNO | errno.EPERM),
        (_LOAD, 0, 0, 0),
    ]
    ceiling = [(0x40000000, errno.EPERM)] if machine == "x86_64" else []
    for first, error in [*ceiling, (syscalls.HIGHEST_KNOWN + 1, errno.ENOSYS)]:
        code += [(_AT_LEAST, 0, 1, first), (_RETURN, 0, 0, _ERRNO | error)]
    for rule in sorted(refused, key=lambda rule: bool(rule.tests)):  # those with tests last: they reload the number
        code += _assemble_rule(rule)
    code.append((_RETURN, 0, 0, _ALLOW))
    return b"".join(struct.pack("=HBBI", *instruction) for instruction in code)


def _assemble_rule(rule: Rule) -> list[tuple[int, int, int, int]]:
    number = syscalls.NUMBERS[rule.name]
    body: list[tuple[int, int, int, int]] = []
    for test in rule.tests:
        body.append((_LOAD, 0, 0, 16 + 8 * test.argument + 4 * test.high))
        if test.mask != 0xFFFFFFFF:
            body.append((_AND, 0, 0, test.mask))
        body.append((_EQUAL, -1 if not test.equal else 0, 0 if not test.equal else -1, test.value & 0xFFFFFFFF))
    body.append((_RETURN, 0, 0, _ERRNO | rule.error))
    # -1 stands for "on to the next rule": the distance to the end of this one
    placed = [
        (op, len(body) - at - 1 if yes < 0 else yes, len(body) - at - 1 if no < 0 else no, value)
        for at, (op, yes, no, value) in enumerate(body)
    ]
    head = [(_EQUAL, 0, len(body), number)]
    return head + placed + ([(_LOAD, 0, 0, 0)] if rule.tests else [])


@cache
def program(policy: Policy) -> bytes:
    """The filter of a policy. A prepared process calls it ahead: to assemble one takes a millisecond of every start."""
    return assemble(rules(policy))


def install(policy: Policy) -> None:
    """Filter this thread and all that it starts, for good. Needs no_new_privs; raises OSError where it cannot be."""
    code = program(policy)
    memory = ctypes.create_string_buffer(code, len(code))
    head = struct.pack("=HxxxxxxQ", len(code) // 8, ctypes.addressof(memory))
    syscalls.call("seccomp", _SET_MODE_FILTER, 0, head)
