"""Raw system calls by number, for x86_64 and aarch64, through ctypes alone: no package, no external program.

Used by every module of this room. Raises OSError as Python's own wrappers do; never changes the process by itself.
"""

from __future__ import annotations

import ctypes
import os
import platform
import signal
import sys
from typing import Final

# name: number on x86_64, number on aarch64; -1 where the architecture has no such call
_TABLE: Final = """
clone 56 220, clone3 435 435, unshare 272 97, setns 308 268, mount 165 40, umount2 166 39, pivot_root 155 41,
chroot 161 51, open_tree 428 428, move_mount 429 429, fsopen 430 430, fsconfig 431 431, fsmount 432 432, fspick 433 433,
mount_setattr 442 442, statmount 457 457, listmount 458 458, open_tree_attr 467 467, ptrace 101 117,
process_vm_readv 310 270, process_vm_writev 311 271, process_madvise 440 440, process_mrelease 448 448, kcmp 312 272,
pidfd_getfd 438 438, pidfd_open 434 434, pidfd_send_signal 424 424, keyctl 250 219, add_key 248 217,
request_key 249 218, bpf 321 280, perf_event_open 298 241, userfaultfd 323 282, io_uring_setup 425 425,
io_uring_enter 426 426, io_uring_register 427 427, memfd_create 319 279, memfd_secret 447 447, fanotify_init 300 262,
fanotify_mark 301 263, open_by_handle_at 304 265, name_to_handle_at 303 264, kexec_load 246 104,
kexec_file_load 320 294, init_module 175 105, finit_module 313 273, delete_module 176 106, personality 135 92,
reboot 169 142, swapon 167 224, swapoff 168 225, acct 163 89, quotactl 179 60, quotactl_fd 443 443, syslog 103 116,
sethostname 170 161, setdomainname 171 162, settimeofday 164 170, clock_settime 227 112, clock_adjtime 305 266,
adjtimex 159 171, vhangup 153 58, nfsservctl 180 42, lookup_dcookie 212 18, iopl 172 -1, ioperm 173 -1,
modify_ldt 154 -1, uselib 134 -1, ustat 136 -1, sysfs 139 -1, _sysctl 156 -1, mbind 237 235, set_mempolicy 238 237,
migrate_pages 256 238, move_pages 279 239, set_mempolicy_home_node 450 450, shmget 29 194, shmat 30 196, shmctl 31 195,
semget 64 190, semop 65 193, semctl 66 191, semtimedop 220 192, msgget 68 186, msgsnd 69 189, msgrcv 70 188,
msgctl 71 187, mq_open 240 180, mq_unlink 241 181, socket 41 198, socketpair 53 199, connect 42 203, sendto 44 206,
setsockopt 54 208, kill 62 129, tkill 200 130, tgkill 234 131, rt_sigqueueinfo 129 138, rt_tgsigqueueinfo 297 240,
prlimit64 302 261, setpriority 141 140, ioprio_set 251 30, sched_setaffinity 203 122, sched_setscheduler 144 119,
sched_setattr 314 274, sched_setparam 142 118, chmod 90 -1, fchmod 91 52, fchmodat 268 53, fchmodat2 452 452,
chown 92 -1, fchown 93 55, lchown 94 -1, fchownat 260 54, utime 132 -1, utimes 235 -1, utimensat 280 88,
futimesat 261 -1, setxattr 188 5, lsetxattr 189 6, fsetxattr 190 7, removexattr 197 14, lremovexattr 198 15,
fremovexattr 199 16, setxattrat 463 463, removexattrat 466 466, file_setattr 469 469, truncate 76 45, open 2 -1,
openat 257 56, openat2 437 437, creat 85 -1, fallocate 285 47, mmap 9 222, ioctl 16 29, fcntl 72 25,
inotify_init 253 -1, inotify_init1 294 26, landlock_create_ruleset 444 444, landlock_add_rule 445 445,
landlock_restrict_self 446 446, seccomp 317 277, capset 126 91, mknod 133 -1, mknodat 259 33, io_setup 206 0,
sync 162 81, syncfs 306 267
"""

MACHINE: Final = platform.machine()
SUPPORTED: Final = sys.platform == "linux" and MACHINE in ("x86_64", "aarch64") and sys.maxsize > 2**32
_COLUMN: Final = 2 if MACHINE == "aarch64" else 1
NUMBERS: Final[dict[str, int]] = {
    row.split()[0]: int(row.split()[_COLUMN]) for row in _TABLE.replace("\n", " ").split(",") if row.strip()
}
HIGHEST_KNOWN: Final = 469  # calls newer than this are answered with ENOSYS inside a sandbox

_SHARE_MEMORY: Final = 0x100
_libc = ctypes.CDLL(None, use_errno=True)
_lent: Final[list[object]] = []


def call(name: str, *args: int | bytes | ctypes.Array[ctypes.c_char] | None) -> int:
    """The result of the system call; raises OSError with its errno, ENOSYS where this machine does not have it."""
    number = NUMBERS.get(name, -1)
    if not SUPPORTED or number < 0:
        raise OSError(38, f"this machine has no system call {name}")
    plain = [ctypes.c_long(arg) if isinstance(arg, int) else arg for arg in args]
    result: int = _libc.syscall(ctypes.c_long(number), *plain)
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{name}: {os.strerror(code)}")
    return result


def sleeping_child(flags: int = 0) -> int:
    """A child that only sleeps, born with these CLONE_ flags; whoever makes it kills and reaps it.

    It shares this process's memory instead of copying it, which takes 0.1 ms where a fork of a prepared kernel takes 3:
    it runs nothing but libc's `pause`, on a small stack of its own.
    """
    stack = ctypes.create_string_buffer(1 << 14)
    _lent.append(stack)  # it may outlive this call
    top = ctypes.addressof(stack) + len(stack) & ~0xF
    sleep = ctypes.cast(_libc.pause, ctypes.c_void_p)
    pid: int = _libc.clone(sleep, ctypes.c_void_p(top), ctypes.c_int(flags | _SHARE_MEMORY | signal.SIGCHLD), None)
    if pid < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"clone: {os.strerror(code)}")
    return pid


def prctl(option: int, value: int = 0, third: int = 0, fourth: int = 0) -> int:
    longs = [ctypes.c_ulong(x) for x in (value, third, fourth, 0)]
    result: int = _libc.prctl(ctypes.c_int(option), *longs)
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"prctl {option}: {os.strerror(code)}")
    return result


def no_new_privileges() -> None:
    """From now on no program started from here gains privileges (set-uid bits, file capabilities)."""
    prctl(38, 1)
