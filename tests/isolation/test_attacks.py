"""Hostile programs at the two levels that contain code. Each verdict is taken from outside; what an attacker says of its
own success counts for nothing, and that it ran at all is checked.

Where a level is said not to hold something (docs/isolation.md) no attack asks for it. `hold()` keeps the attacker alive
while the observer looks at its process.
"""

# ruff: noqa: E501 - the table holds programs
from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sandbox_kernel.host import usage
from sandbox_kernel.isolation.limits import Limits
from tests.isolation.world import World

Way = str  # a level, or `parked`
Launch = Callable[..., Any]  # Any: the fixture's own class, which a conftest cannot export
pytestmark = [
    pytest.mark.kernel,  # no kernel runs here, but each test starts processes, which takes as long
    pytest.mark.skipif(sys.platform != "linux", reason="isolation levels with a hold are for Linux"),
]
LIMITS = Limits(memory_mb=256, tmp_mb=8, processes=32, open_files=64, file_mb=4)

PRELUDE = """
import ctypes, errno, fcntl, mmap, os, platform, resource, select, signal, socket, struct, subprocess, sys, threading, time
libc = ctypes.CDLL(None, use_errno=True)
from sandbox_kernel.isolation.syscalls import NUMBERS
LINKAT = 265 if platform.machine() == 'x86_64' else 37
def raw(name, *args):
    number = NUMBERS[name] if isinstance(name, str) else name
    return libc.syscall(ctypes.c_long(number), *[ctypes.c_long(a) if isinstance(a, int) else a for a in args])
def attempt(action):
    try:
        print(action(), flush=True)
    except BaseException as error:
        print(type(error).__name__, flush=True)
def reading(path):
    attempt(lambda: os.read(os.open(path, os.O_RDONLY | os.O_NONBLOCK), 4096))
def writing(path, text="x"):
    attempt(lambda: open(path, "a").write(text))
def hold():
    print("HOLD", flush=True)
    time.sleep(60)
print("RAN", flush=True)
"""


@dataclass(frozen=True)
class Attack:
    """`held` is asked while the attacker holds: what is wrong with its process, seen from outside."""

    name: str
    code: str
    held: Callable[[int], str] | None = None


def descriptors(pid: int) -> str:
    """Kernel objects that no sandbox may own."""
    bad = ("io_uring", "perf_event", "userfaultfd", "bpf", "fanotify", "secretmem")
    links = [os.readlink(path) for path in Path(f"/proc/{pid}/fd").iterdir()]
    return next((link for link in links if any(word in link for word in bad)), "")


def namespaces(pid: int) -> str:
    """Every process below has its own parent's namespaces, and no capability."""
    for one in (pid, *usage.tree(pid)):
        status = Path(f"/proc/{one}/status").read_text()
        if "CapEff:\t0000000000000000" not in status:
            return f"process {one} has capabilities"
        for name in ("user", "mnt", "net", "pid", "ipc", "uts"):
            if os.readlink(f"/proc/{one}/ns/{name}") != os.readlink(f"/proc/{pid}/ns/{name}"):
                return f"process {one} has a {name} namespace of its own"
    return ""


def rlimits(pid: int) -> str:
    rows = {line[:25].strip(): line[26:].split() for line in Path(f"/proc/{pid}/limits").read_text().splitlines()[1:]}
    wanted = {"Max open files": LIMITS.open_files, "Max file size": LIMITS.file_mb << 20, "Max core file size": 0,
              "Max data size": LIMITS.memory_mb << 20, "Max msgqueue size": 0}  # fmt: skip
    over = [name for name, most in wanted.items() if rows[name][1] == "unlimited" or int(rows[name][1]) > most]
    return ", ".join(over)


def locked(pid: int) -> str:
    status = Path(f"/proc/{pid}/status").read_text()
    kilobytes = int(status.partition("VmLck:")[2].split()[0])
    return f"{kilobytes} kB are locked" if kilobytes > 8192 else ""


def first_to_die(pid: int) -> str:
    score = int(Path(f"/proc/{pid}/oom_score_adj").read_text())
    return "" if score >= 900 else f"its out-of-memory score is {score}"


def groups(pid: int) -> str:
    own, theirs = Path("/proc/self/cgroup").read_text(), Path(f"/proc/{pid}/cgroup").read_text()
    planted = [str(path) for path in Path("/sys/fs/cgroup").glob("*/planted")]
    return "" if own == theirs and not planted else f"{theirs} {planted}"


def few(pid: int) -> str:
    tasks = usage.of_processes([pid, *usage.tree(pid)]).tasks
    return f"{tasks} tasks" if tasks > LIMITS.processes + 8 else ""


def private_memory(pid: int) -> str:
    """What the private file systems of a jail can hold; in a fence there are none of its own."""
    sizes = {}
    for place in ("tmp", "dev/shm", "home/sandbox"):
        system = os.statvfs(f"/proc/{pid}/root/{place}")
        sizes[place] = system.f_blocks * system.f_frsize >> 20
    return "" if max(sizes.values()) <= 64 else str(sizes)


ANYWHERE = (
    # -- files
    Attack("read a secret through /proc", "for way in ('self/root', '1/root', f\"{T['victim']}/root\", f\"{T['host']}/root\", 'self/cwd/../../../../../..', 'thread-self/root'):\n    reading(f\"/proc/{way}{T['secret']}\")"),
    Attack("read it through another process's descriptors", "for n in range(12):\n    reading(f\"/proc/{T['victim']}/fd/{n}\")\nfor n in range(3, 200):\n    attempt(lambda: os.pread(n, 100, 0))"),
    Attack("read it through a hard link", "attempt(lambda: os.link(T['secret'], 'mine'))\nreading('mine')\nfd = -1\nattempt(lambda: os.open(T['secret'], os.O_PATH))\nfor fd in range(3, 40):\n    raw(LINKAT, fd, b'', -100, b'mine2', 0x1000)\nreading('mine2')"),
    Attack("read it through openat2 and O_PATH", "for how in (0, 0x01, 0x08, 0x10):\n    fd = raw('openat2', -100, T['secret'].encode(), struct.pack('=QQQ', 0, 0, how), 24)\n    attempt(lambda: os.read(fd, 100))\nattempt(lambda: os.open(f\"/proc/self/fd/{os.open(T['secret'], os.O_PATH)}\", 0))\nattempt(lambda: os.read(os.open(f\"/proc/self/fd/{os.open(T['secret'], os.O_PATH)}\", 0), 100))"),
    Attack("read it by a file handle", "handle = ctypes.create_string_buffer(struct.pack('=Ii', 128, 0) + bytes(128)); mount = ctypes.c_int()\nraw('name_to_handle_at', -100, T['secret'].encode(), handle, ctypes.byref(mount), 0)\nfd = raw('open_by_handle_at', os.open('/', 0), handle, 0)\nattempt(lambda: os.read(fd, 100))"),
    Attack("mount the old way and the new", "os.makedirs('m', exist_ok=True)\nlibc.mount(os.path.dirname(T['secret']).encode(), b'm', None, 0x1000, None)\nreading('m/secret.txt')\ntree = raw('open_tree', -100, T['root'].encode(), 1)\nraw('move_mount', tree, b'', -100, os.path.abspath('m').encode(), 4)\nreading('m/secret.txt')\nfs = raw('fsopen', b'tmpfs', 0)\nraw('fsconfig', fs, 6, None, None, 0)\nattempt(lambda: os.listdir(f'/proc/self/fd/{raw(\"fsmount\", fs, 0, 0)}'))\nlibc.umount2(b'/proc', 2); libc.umount2(b'/tmp', 2)\nreading(T['secret'])"),
    Attack("break out of a changed root", "os.makedirs('r', exist_ok=True)\nfd = os.open('/', 0)\nlibc.chroot(b'r')\nattempt(lambda: os.fchdir(fd))\nfor _ in range(20): os.chdir('..')\nlibc.chroot(b'.')\nraw('pivot_root', b'.', b'.')\nreading(T['secret'])\nreading(T['secret'].lstrip('/'))"),
    Attack("have a program with a namespace of its own read it", "for words in (['unshare', '-Urm', 'cat', T['secret']], ['unshare', '-r', 'cat', T['secret']], ['nsenter', '-t', str(T['victim']), '-m', 'cat', T['secret']], ['bwrap', '--bind', '/', '/', 'cat', T['secret']], ['su', '-c', 'cat ' + T['secret']], ['sudo', '-n', 'cat', T['secret']]):\n    attempt(lambda: subprocess.run(words, stdin=subprocess.DEVNULL, timeout=10))"),
    Attack("call the kernel by other numbers", "buffer = ctypes.create_string_buffer(100)\nfor base in (0x40000000,):\n    fd = libc.syscall(ctypes.c_long(base + 2), T['secret'].encode(), 0, 0)\n    attempt(lambda: os.read(fd, 100))\n    fd = libc.syscall(ctypes.c_long(base + 257), -100, T['secret'].encode(), 0, 0)\n    attempt(lambda: os.read(fd, 100))"),
    Attack("write through a link and through a renamed directory", "os.symlink(T['root'], 'out')\nwriting('out/planted')\nwriting('out/grades.csv')\nattempt(lambda: os.rename('out', 'x'))\nattempt(lambda: os.rename(T['grades'], 'grades'))\nattempt(lambda: os.replace(os.path.abspath('x'), T['grades']))\nattempt(lambda: os.unlink(T['grades']))"),
    Attack("write to what may be read", "name = T['course'] + '/data.csv'\nwriting(name)\nfd = os.open(name, 0)\nwriting(f'/proc/self/fd/{fd}')\nattempt(lambda: os.ftruncate(fd, 0))\nattempt(lambda: os.truncate(name, 0))\nattempt(lambda: mmap.mmap(fd, 4, mmap.MAP_SHARED, mmap.PROT_WRITE))\nattempt(lambda: os.sendfile(fd, os.open('/dev/null', 0), 0, 4))\nattempt(lambda: os.copy_file_range(os.open(name, 0), fd, 2))\nattempt(lambda: os.unlink(name))\nattempt(lambda: os.rename(name, name + 'x'))\nattempt(lambda: os.mkdir(T['course'] + '/planted'))\nattempt(lambda: os.symlink('x', T['course'] + '/planted'))\nattempt(lambda: os.chmod(name, 0o777))\nattempt(lambda: os.fchmod(fd, 0o777))\nattempt(lambda: os.utime(name, (1, 1)))\nattempt(lambda: os.setxattr(name, 'user.x', b'1'))\nattempt(lambda: os.chown(name, os.getuid(), -1))"),
    Attack("make a file without a name and give it one elsewhere", "fd = os.open('.', os.O_TMPFILE | os.O_RDWR)\nraw(LINKAT, -100, f'/proc/self/fd/{fd}'.encode(), -100, (T['root'] + '/planted').encode(), 0x400)\nattempt(lambda: os.open(T['root'], os.O_TMPFILE | os.O_RDWR))\nattempt(lambda: os.open(T['course'], os.O_TMPFILE | os.O_RDWR))"),
    Attack("leave a program behind that runs as its owner", "open('p', 'w').write('#!/bin/sh')\nattempt(lambda: os.chmod('p', 0o4755))\nattempt(lambda: os.chmod('p', 0o2755))\nattempt(lambda: os.open('q', os.O_CREAT | os.O_WRONLY, 0o6755))\nfd = os.open('p', 0)\nattempt(lambda: os.fchmod(fd, 0o6755))\nattempt(lambda: os.chmod('p', 0o4755, dir_fd=os.open('.', 0)))\nattempt(lambda: os.mknod('r', 0o104755))\nraw('fchmodat2', -100, b'p', 0o4755, 0)\nraw('openat2', -100, b's', struct.pack('=QQQ', 0o101, 0o4755, 0), 24)\nos.system('chmod u+s p; install -m 4755 p t; umask 0; cp --preserve=mode p u')"),
    Attack("make a device", "for name, kind, device in (('a', 0o60666, (8, 0)), ('b', 0o20666, (1, 1)), ('c', 0o20666, (1, 11))):\n    attempt(lambda: os.mknod(name, kind, os.makedev(*device)))\nfor path in ('/dev/mem', '/dev/kmsg', '/dev/sda', '/dev/vda', '/dev/loop-control', '/dev/fuse', '/dev/kvm', '/dev/net/tun', '/dev/userfaultfd'):\n    attempt(lambda: os.open(path, os.O_RDWR))"),
    Attack("watch what others do with their files", "fd = raw('inotify_init1', 0)\nlibc.inotify_add_watch(fd, T['root'].encode(), 0xFFF)\nattempt(lambda: fcntl.fcntl(os.open(T['root'], 0), 1026, 0x8000003F))\nattempt(lambda: os.listdir(T['root']))\nraw('fanotify_init', 0, 0)"),
    # -- other processes
    Attack("read another process's memory", "buffer = ctypes.create_string_buffer(64)\nlocal = struct.pack('=QQ', ctypes.addressof(buffer), 64); remote = struct.pack('=QQ', T['address'], 64)\nraw('process_vm_readv', T['victim'], local, 1, remote, 1, 0)\nprint(buffer.value)\ndef memory():\n    with open(f\"/proc/{T['victim']}/mem\", 'rb', 0) as file:\n        file.seek(T['address']); return file.read(64)\nattempt(memory)\nfor name in ('environ', 'cmdline', 'maps', 'auxv', 'stack', 'task'):\n    reading(f\"/proc/{T['victim']}/{name}\")"),
    Attack("write another process's memory", "data = ctypes.create_string_buffer(b'overwritten'); local = struct.pack('=QQ', ctypes.addressof(data), 8)\nraw('process_vm_writev', T['victim'], local, 1, struct.pack('=QQ', T['address'], 8), 1, 0)\ndef memory():\n    with open(f\"/proc/{T['victim']}/mem\", 'r+b', 0) as file:\n        file.seek(T['address']); file.write(b'overwritten')\nattempt(memory)"),
    Attack("trace another process", "for request in (16, 0x4206):\n    libc.ptrace(request, T['victim'], None, None)\nattempt(lambda: subprocess.run(['gdb', '-p', str(T['victim'])], timeout=5))\ntime.sleep(0.1)"),
    Attack("take another process's descriptors", "pidfd = raw('pidfd_open', T['victim'], 0)\nfor n in range(10):\n    fd = raw('pidfd_getfd', pidfd, n, 0)\n    attempt(lambda: os.pread(fd, 100, 0))"),
    Attack("signal another process in every way", "victim = T['victim']\nattempt(lambda: os.kill(victim, 19)); raw('tgkill', victim, victim, 19); raw('tkill', victim, 19)\ninfo = ctypes.create_string_buffer(128); raw('rt_sigqueueinfo', victim, 19, info); raw('rt_tgsigqueueinfo', victim, victim, 19, info)\npidfd = raw('pidfd_open', victim, 0); raw('pidfd_send_signal', pidfd, 19, None, 0)\na, b = socket.socketpair()\nattempt(lambda: fcntl.fcntl(a, 8, victim)); attempt(lambda: fcntl.fcntl(a, 10, 19)); attempt(lambda: fcntl.fcntl(a, fcntl.F_SETFL, os.O_ASYNC)); b.send(b'x')\nattempt(lambda: os.killpg(os.getpgid(victim), 19))\nsignal.signal(15, signal.SIG_IGN)\nattempt(lambda: os.killpg(T['host'], 19))"),
    Attack("change another process's limits and priority", "victim = T['victim']\nattempt(lambda: resource.prlimit(victim, resource.RLIMIT_NOFILE, (1, 1)))\nattempt(lambda: os.setpriority(os.PRIO_PROCESS, victim, 19)); attempt(lambda: os.setpriority(os.PRIO_PGRP, os.getpgid(0), 19))\nattempt(lambda: os.sched_setaffinity(victim, {0})); attempt(lambda: os.sched_setscheduler(victim, 5, os.sched_param(0)))\nraw('ioprio_set', 1, victim, 3 << 13); raw('ioprio_set', 3, 0, 3 << 13); attempt(lambda: os.setpriority(os.PRIO_USER, 0, 19))"),
    # -- sockets
    Attack("reach an abstract socket", "for kind in (1, 2, 5):\n    attempt(lambda: socket.socket(socket.AF_UNIX, kind).connect(T['abstract']))\nattempt(lambda: socket.socket(socket.AF_UNIX, 2).sendto(b'x', T['abstract']))"),
    Attack("reach a socket and a pipe that are files", "attempt(lambda: socket.socket(socket.AF_UNIX).connect(T['unix']))\nos.symlink(T['unix'], 's')\nattempt(lambda: socket.socket(socket.AF_UNIX).connect('s'))\nattempt(lambda: os.write(os.open(T['fifo'], os.O_WRONLY | os.O_NONBLOCK), b'x'))\nattempt(lambda: os.write(os.open(T['fifo'], os.O_RDWR | os.O_NONBLOCK), b'x'))"),
    Attack("reach the machine's own network", "for host in ('127.0.0.1', '::1', '0.0.0.0', 'localhost'):\n    attempt(lambda: socket.create_connection((host, T['tcp']), 1).send(b'x'))\nattempt(lambda: subprocess.run(['bash', '-c', f\"echo x > /dev/tcp/127.0.0.1/{T['tcp']}\"], timeout=5))\nattempt(lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262).connect(('127.0.0.1', T['tcp'])))"),
    Attack("reach other kinds of networks", "for family, kind, protocol in ((40, 1, 0), (17, 3, 0x300), (38, 5, 0), (2, 3, 1), (31, 3, 1), (16, 3, 12), (16, 3, 9), (16, 3, 15), (29, 3, 1), (44, 3, 0), (41, 5, 0), (30, 1, 0)):\n    attempt(lambda: socket.socket(family, kind, protocol))\nhold()", lambda pid: strange_sockets(pid)),
    # -- the kernel
    Attack("open the kernel's inner parts", "raw('io_uring_setup', 8, ctypes.create_string_buffer(256)); raw('userfaultfd', 0); raw('userfaultfd', 1); raw('fanotify_init', 0, 0); raw('memfd_secret', 0)\nraw('perf_event_open', struct.pack('=IIQQQQ', 1, 112, 0, 0, 0, 1 << 5) + bytes(72), 0, -1, -1, 0)\nraw('bpf', 0, struct.pack('=IIII', 2, 4, 4, 1) + bytes(112), 128)\nraw('bpf', 5, bytes(128), 128)\nhold()", descriptors),
    Attack("make namespaces inside", "for flags in (0x10000000, 0x10020000, 0x60000000, 0x20000, 0x80):\n    raw('unshare', flags)\nraw('clone', 0x10000000 | 17, 0, 0, 0, 0) or time.sleep(60)\nraw('clone3', struct.pack('=11Q', 0x10000000, 0, 0, 0, 17, 0, 0, 0, 0, 0, 0), 88) or time.sleep(60)\nhold()", namespaces),
    Attack("enter another's namespaces", "for pid in (T['victim'], T['host'], 1):\n    for name in ('user', 'mnt', 'net', 'pid', 'ipc', 'uts', 'cgroup'):\n        try: raw('setns', os.open(f'/proc/{pid}/ns/{name}', 0), 0)\n        except OSError: pass\n    raw('setns', raw('pidfd_open', pid, 0), 0x7E020000)\nhold()", namespaces),
    Attack("change the kernel's settings", "for path, text in (('/proc/sys/kernel/core_pattern', '|/bin/sh'), ('/proc/sys/kernel/hostname', 'evil'), ('/proc/sysrq-trigger', 'h'), ('/sys/kernel/uevent_helper', '/bin/sh'), ('/proc/sys/vm/overcommit_memory', '1'), ('/proc/self/autogroup', '-10')):\n    writing(path, text)\nlibc.sethostname(b'evil', 4)\nraw('settimeofday', struct.pack('=qq', 0, 0), None)"),
    Attack("be spared when memory runs out", "for path in ('/proc/self/oom_score_adj', '/proc/self/oom_adj', f'/proc/{os.getpid()}/oom_score_adj'):\n    attempt(lambda: open(path, 'w').write('-1000'))\n    attempt(lambda: open(path, 'w').write('0'))\nhold()", first_to_die),
    Attack("leave the control group", "attempt(lambda: subprocess.run('for f in $(find /sys/fs/cgroup -maxdepth 2 -name cgroup.procs 2>/dev/null); do echo 0 > $f; done; mkdir /sys/fs/cgroup/memory/planted /sys/fs/cgroup/planted', shell=True, timeout=20))\nos.makedirs('cg', exist_ok=True)\nlibc.mount(b'none', b'cg', b'cgroup2', 0, None)\nwriting('cg/cgroup.procs', '0')\nhold()", groups),
    Attack("keep keys and find those of others", "for ring in (-2, -3, -4, -5):\n    raw('add_key', b'user', b'planted', b'x', 1, ring)\n    key = raw('keyctl', 10, ring, b'user', b'planted', 0)\n    raw('keyctl', 8, ring, -5)\nraw('request_key', b'user', b'planted', None, -4)\nreading('/proc/keys')\nhold()", lambda pid: "a key was kept" if "planted" in Path("/proc/keys").read_text() else ""),
    # -- limits
    Attack("raise its own limits", "for which in range(16):\n    for value in ((-1, -1), (1 << 40, 1 << 40)):\n        try: resource.setrlimit(which, value)\n        except (OSError, ValueError): pass\n        try: resource.prlimit(0, which, value)\n        except (OSError, ValueError): pass\nhold()", rlimits),
    Attack("leave a picture of its memory", "resource.setrlimit(resource.RLIMIT_CORE, resource.getrlimit(resource.RLIMIT_CORE))\nlibc.prctl(4, 1, 0, 0, 0)\nif os.fork() == 0: os.abort()\nos.wait()\nhold()", lambda pid: ", ".join(path.name for path in Path(f"/proc/{pid}/cwd").glob("core*"))),
    Attack("lock memory", "block = mmap.mmap(-1, 64 << 20, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)\nlibc.mlockall(3)\nlibc.mlock(ctypes.addressof(ctypes.c_char.from_buffer(block)), ctypes.c_size_t(64 << 20))\nhold()", locked),
    Attack("share memory and queues that nobody counts", "n = raw('shmget', 0, 1 << 20, 0o1600)\nlibc.shmat.restype = ctypes.c_void_p\nat = libc.shmat(T['segment'], None, 0)\nif at not in (None, 2 ** 64 - 1): print(ctypes.string_at(at, 64))\nraw('msgget', 0, 0o1600); raw('semget', 0, 10, 0o1600)\nfor _ in range(4): raw('mq_open', b'planted', 0o102, 0o600, None)\nattempt(lambda: mmap.mmap(-1, 1 << 30))\nraw('memfd_create', b'x', 0)\nhold()", lambda pid: "" if not [line for line in Path(f"/proc/{pid}/maps").read_text().splitlines() if "SYSV" in line or "memfd:" in line or "/dev/zero" in line] else "it has shared memory"),
    Attack("use up asynchronous requests of the machine", "context = ctypes.c_ulong(0)\nraw('io_setup', 60000, ctypes.byref(context))\nhold()", lambda pid: "" if "[aio]" not in Path(f"/proc/{pid}/maps").read_text() else "it has asynchronous requests"),
)  # fmt: skip

IN_A_JAIL = (
    Attack("fork without end", "for _ in range(12):\n    try: os.fork()\n    except OSError: pass\nhold()", few),
    Attack("vfork and thread without end", "def more():\n    try:\n        while True: threading.Thread(target=time.sleep, args=(60,), daemon=True).start()\n    except RuntimeError: pass\nmore()\nfor _ in range(100):\n    try: subprocess.Popen(['sleep', '60'])\n    except OSError: pass\nhold()", few),
    Attack("fill the private file systems", "for place in ('/tmp', '/dev/shm', '/home/sandbox', '/dev', '/'):\n    for n in range(40):\n        try: open(f'{place}/f{n}', 'wb').write(bytes(4 << 20))\n        except OSError: break\nhold()", private_memory),
    Attack("watch files until none is left for others", "while libc.inotify_init1(0) >= 0: pass\nhold()", lambda pid: "it has many watches" if sum("inotify" in os.readlink(path) for path in Path(f"/proc/{pid}/fd").iterdir()) > 16 else ""),
    Attack("end pid 1 or stop it", "for number in range(1, 65):\n    try: os.kill(1, number)\n    except OSError: pass\nif os.fork() == 0: os._exit(0)\nos.wait()\nhold()", lambda pid: ""),
    Attack("take over pid 1", "reading('/proc/1/environ'); reading('/proc/1/maps')\nfor way in ('root', 'cwd', 'exe', 'fd/3', 'fd/4', 'fd/5'):\n    attempt(lambda: os.listdir(f'/proc/1/{way}'))\n    reading(f\"/proc/1/{way}{T['secret']}\")\nlibc.ptrace(16, 1, None, None)\ndef memory():\n    with open('/proc/1/mem', 'r+b', 0) as file:\n        file.seek(T['address']); file.write(b'x' * 8)\nattempt(memory)\nhold()", namespaces),
)  # fmt: skip


def strange_sockets(pid: int) -> str:
    """Families of sockets that it owns, asked of the sockets themselves."""
    code = (
        "import ctypes, os, socket, sys\nfrom sandbox_kernel.isolation.syscalls import call\n"
        "pidfd, found = os.pidfd_open(int(sys.argv[1])), set()\n"
        "for name in os.listdir(f'/proc/{sys.argv[1]}/fd'):\n"
        "    try: one = socket.socket(fileno=call('pidfd_getfd', pidfd, int(name), 0))\n"
        "    except OSError: continue\n"
        "    found.add((int(one.family), one.proto))\nprint(found - {(1, 0), (2, 6), (10, 6), (2, 0), (16, 0)} or '')"
    )
    asked = subprocess.run([sys.executable, "-c", code, str(pid)], capture_output=True, text=True, check=True)
    return asked.stdout.strip()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.close()


@pytest.mark.parametrize("level", ["fence", "jail", "parked"])
@pytest.mark.parametrize("attack", ANYWHERE, ids=lambda attack: attack.name)
def test_it_is_contained(attack: Attack, level: Way, launch: Launch, world: World) -> None:
    check(attack, level, launch, world)


@pytest.mark.parametrize("level", ["jail", "parked"])
@pytest.mark.parametrize("attack", IN_A_JAIL, ids=lambda attack: attack.name)
def test_a_jail_contains_it(attack: Attack, level: Way, launch: Launch, world: World) -> None:
    check(attack, level, launch, world)


# Harmless enough to be let loose without isolation: the observer must see that they succeed.
SEEN_TO_SUCCEED = (
    "read a secret through /proc", "read it through another process's descriptors", "read it through a hard link",
    "read it through openat2 and O_PATH", "write through a link and through a renamed directory",
    "write to what may be read", "make a file without a name and give it one elsewhere",
    "leave a program behind that runs as its owner", "read another process's memory",
    "write another process's memory", "take another process's descriptors", "reach an abstract socket",
    "reach a socket and a pipe that are files", "reach the machine's own network",
    "open the kernel's inner parts", "be spared when memory runs out", "raise its own limits",
)  # fmt: skip


@pytest.mark.parametrize("name", SEEN_TO_SUCCEED)
def test_without_isolation_it_succeeds(name: str, launch: Launch, world: World) -> None:
    (attack,) = [attack for attack in ANYWHERE if attack.name == name]
    assert [] != harm(attack, "none", launch, world)


def check(attack: Attack, level: Way, launch: Launch, world: World) -> None:
    assert [] == harm(attack, level, launch, world)


def harm(attack: Attack, level: Way, launch: Launch, world: World) -> list[str]:
    """Everything that the observer finds after the attack, and while the attacker holds."""
    code = f"{PRELUDE}\nT = {world.facts()!r}\n{attack.code}"
    run = launch(level, code, LIMITS, (str(world.root / "course"),))
    said, found = until_held(run), []
    if attack.held is not None:
        assert said.endswith("HOLD\n"), said
        found = [wrong for wrong in [attack.held(run.started.kernel)] if wrong]
        run.process.send_signal(signal.SIGTERM)
    said += run.end()[0]
    assert said.startswith("RAN\n"), said
    found += ["the secret came back"] if world.token in said else []
    found += [*world.reached(), *world.left_behind()]
    found += [name for name, value in world.state().items() if value != world.before[name]]
    return found + [f"process {pid} stayed" for pid in usage.tree(run.process.pid)]


def until_held(run: Any) -> str:  # Any: as above
    """What it says up to where it holds, or to its end."""
    lines: list[str] = []
    for line in run.process.stdout:
        lines.append(line)
        if line == "HOLD\n":
            break
    return "".join(lines)
