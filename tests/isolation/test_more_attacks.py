"""More hostile programs, of the kinds that public collections of escapes have; the verdicts are those of `test_attacks`.

They run in a fence and in a jail that was made before it was known for whom; a plain jail holds what that one holds.
"""

# ruff: noqa: E501 - the table holds programs
from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox_kernel.host import usage
from tests.isolation.test_attacks import Attack, Launch, Way, check, few, harm, namespaces, rlimits
from tests.isolation.world import World

pytestmark = [
    pytest.mark.kernel,  # no kernel runs here, but each test starts processes, which takes as long
    pytest.mark.skipif(sys.platform != "linux", reason="isolation levels with a hold are for Linux"),
]


def status(pid: int) -> dict[str, str]:
    rows = Path(f"/proc/{pid}/status").read_text().splitlines()
    return {name: value.strip() for name, _, value in (row.partition(":") for row in rows)}


def stripped(pid: int) -> str:
    """It and all below it are filtered, may gain nothing and own nothing."""
    wanted = {
        "NoNewPrivs": "1",
        "Seccomp": "2",
        "CapEff": "0" * 16,
        "CapPrm": "0" * 16,
        "CapInh": "0" * 16,
        "CapAmb": "0" * 16,
    }
    for one in (pid, *usage.tree(pid)):
        seen = status(one)
        for name, value in wanted.items():
            if seen[name] != value:
                return f"{name} of process {one} is {seen[name]}"
        if len(set(seen["Uid"].split())) != 1:
            return f"process {one} has several users"
    return ""


def leases(pid: int) -> str:
    rows = [row for row in Path("/proc/locks").read_text().splitlines() if "LEASE" in row and f" {pid} " in row]
    return ", ".join(rows)


def ordinary(pid: int) -> str:
    """Scheduled as everybody is, not before others."""
    policy, nice = os.sched_getscheduler(pid), os.getpriority(os.PRIO_PROCESS, pid)
    return "" if policy in (os.SCHED_OTHER, os.SCHED_BATCH, os.SCHED_IDLE) and nice >= 0 else f"policy {policy}, {nice}"


def own_terminal(pid: int) -> str:
    held = [os.readlink(path) for path in Path(f"/proc/{pid}/fd").iterdir()]
    return ", ".join(path for path in held if path.startswith(("/dev/tty", "/dev/console")) and path != "/dev/tty")


def seen_whole(pid: int) -> str:
    """Whatever they call themselves, the host sees all of them."""
    names = [Path(f"/proc/{one}/comm").read_text() for one in usage.tree(pid)]
    return "" if sum(") R 1" in name for name in names) == 3 else str(names)


def few_descriptors(pid: int) -> str:
    """Those in flight count as well: the system has them, not the process."""
    count = sum(len(list(Path(f"/proc/{one}/fd").iterdir())) for one in (pid, *usage.tree(pid)))
    return f"{count} descriptors" if count > 64 * 40 else ""


def nothing(pid: int) -> str:
    return ""


MACHINE_CODE = """
if platform.machine() == 'x86_64':
    low = libc.mmap
    low.restype = ctypes.c_void_p
    low.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long)
    page = low(None, 4096, 7, 0x62, -1, 0)
    path = T['secret'].encode() + b'\\0'
    for number in (5, 11, 26):
        code = b'\\x53\\xb8' + struct.pack('=I', number) + b'\\xbb' + struct.pack('=I', (page + 512) & 0xFFFFFFFF) + b'\\x31\\xc9\\x31\\xd2\\xcd\\x80\\x5b\\xc3'
        ctypes.memmove(page, code, len(code)); ctypes.memmove(page + 512, path, len(path))
        if os.fork() == 0:
            fd = ctypes.CFUNCTYPE(ctypes.c_int)(page)()
            attempt(lambda: os.read(fd, 100))
            os._exit(0)
        os.wait()
"""

ATTACKS = (
    # -- files
    Attack("run a program from memory that reads it", "for name in (b'x', b''):\n    fd = raw('memfd_create', name, 0)\n    try: os.write(fd, open('/bin/cat', 'rb').read())\n    except OSError: fd = os.open('/bin/cat', 0)\n    if os.fork() == 0:\n        try: os.execve(fd, ['cat', T['secret'], T['grades']], {})\n        except OSError: os._exit(1)\n    os.wait()"),
    Attack("call the kernel as a program of another width", MACHINE_CODE),
    Attack("read it through the loader, a script and a shebang", "open('s', 'w').write('#!/bin/cat ' + T['secret'] + '\\n'); attempt(lambda: os.chmod('s', 0o700))\nfor words in (['./s'], ['/lib64/ld-linux-x86-64.so.2', '/bin/cat', T['secret']], ['sh', '-c', '. ' + T['secret']], ['tar', 'cf', '-', T['secret']], ['dd', 'if=' + T['secret']]):\n    attempt(lambda: print(subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, timeout=10)))"),
    Attack("win a race between a link and a file", "stop = time.monotonic() + 1\nopen('real', 'w').write('mine')\ndef swap():\n    while time.monotonic() < stop:\n        for target in (T['secret'], 'real'):\n            try: os.symlink(target, 'new'); os.rename('new', 'flip')\n            except OSError: pass\nthreading.Thread(target=swap).start()\nwhile time.monotonic() < stop:\n    try:\n        text = open('flip').read()\n        if text != 'mine': print(text)\n        open('flip', 'r+').write('mine')\n    except OSError: pass"),
    Attack("swap directories while a path is walked", "os.makedirs('a/b', exist_ok=True)\nstop = time.monotonic() + 1\ndef swap():\n    while time.monotonic() < stop:\n        try: os.rename('a/b', 'c'); os.rename('c', 'a/b')\n        except OSError: pass\nthreading.Thread(target=swap).start()\nwhile time.monotonic() < stop:\n    try: print(open('a/b/../../../secret.txt').read()); \n    except OSError: pass\n    try: open('a/b/../../../planted', 'w')\n    except OSError: pass"),
    Attack("hold up whoever opens a file with a lease", "for name in (T['course'] + '/data.csv', 'mine'):\n    open('mine', 'w').close()\n    fd = os.open(name, 0)\n    for kind in (fcntl.F_RDLCK, fcntl.F_WRLCK):\n        attempt(lambda: fcntl.fcntl(fd, 1024, kind))\nhold()", leases),
    Attack("write to shown files through pipes and their pages", "fd = os.open(T['course'] + '/data.csv', 0)\nr, w = os.pipe()\nfor _ in range(16):\n    os.write(w, bytes(4096)); os.read(r, 4096)\nattempt(lambda: os.splice(fd, w, 1, offset_src=0))\nos.write(w, b'overwritten'); \npage = mmap.mmap(fd, 4, mmap.MAP_PRIVATE, mmap.PROT_READ | mmap.PROT_WRITE)\npage[:2] = b'xx'\ndef memory():\n    shown = mmap.mmap(fd, 4, mmap.MAP_SHARED, mmap.PROT_READ)\n    lines = [line for line in open('/proc/self/maps') if 'data.csv' in line and ' r--s ' in line]\n    with open('/proc/self/mem', 'r+b', 0) as file:\n        file.seek(int(lines[0].split('-')[0], 16)); file.write(b'zz')\nattempt(memory)"),
    Attack("make the file of another by renaming one's directory over it", "attempt(lambda: os.rename(os.getcwd(), T['root'] + '/taken'))\nattempt(lambda: os.rename('.', T['root'] + '/taken'))\nraw('renameat2' if 'renameat2' in NUMBERS else 316, -100, os.getcwd().encode(), -100, T['course'].encode(), 2)\nattempt(lambda: os.rmdir(os.getcwd()))"),
    Attack("fill a file system with names and holes", "fd = os.open('hole', os.O_CREAT | os.O_RDWR)\nfor size in (1 << 60, 1 << 40, 1 << 33):\n    attempt(lambda: os.ftruncate(fd, size))\n    attempt(lambda: os.pwrite(fd, b'x', size))\nattempt(lambda: os.posix_fallocate(fd, 0, 1 << 33))\nhold()", lambda pid: "" if os.stat(f"/proc/{pid}/cwd/hole").st_size <= 4 << 20 else "the file is too large"),
    # -- who it is
    Attack("become root by writing maps", "for name, text in (('setgroups', 'allow'), ('gid_map', '0 0 1'), ('uid_map', '0 0 4294967295'), ('uid_map', f'0 {os.getuid()} 1')):\n    for who in ('self', 'thread-self', '1', str(os.getppid())):\n        attempt(lambda: open(f'/proc/{who}/{name}', 'w').write(text))\nfor call in (lambda: os.setuid(0), lambda: os.setresuid(0, 0, 0), lambda: os.setgroups([0]), lambda: os.setegid(0), lambda: libc.setfsuid(0)):\n    attempt(call)\nreading(T['secret'])\nhold()", stripped),
    Attack("take capabilities back", "data = struct.pack('=IiIIIIII', 0x20080522, 0, 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF)\nlibc.capset(data[:8], data[8:])\nfor number in range(41):\n    libc.prctl(47, 2, number, 0, 0)\nlibc.prctl(28, 0, 0, 0, 0); libc.prctl(8, 1, 0, 0, 0); libc.prctl(38, 0, 0, 0, 0)\nfor name in ('ping', 'su', 'mount', 'newuidmap', 'passwd', 'chsh', 'sudo', 'fusermount', 'pkexec'):\n    attempt(lambda: subprocess.Popen([name], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))\nhold()", stripped),
    Attack("replace the filter by a friendlier one", "allow = struct.pack('=HBBI', 6, 0, 0, 0x7FFF0000); memory = ctypes.create_string_buffer(allow, 8)\nhead = struct.pack('=HxxxxxxQ', 1, ctypes.addressof(memory))\nfor flags in (0, 1, 2, 4, 8, 16):\n    raw('seccomp', 1, flags, head)\nlibc.prctl(22, 2, head, 0, 0); libc.prctl(22, 0, 0, 0, 0); libc.prctl(21, 0, 0, 0, 0)\nreading(T['secret']); raw('unshare', 0x10000000)\nhold()", stripped),
    Attack("make a namespace from a child, a thread and a program", "def child():\n    for flags in (0x10000000, 0x10020000, 0x50000000):\n        raw('unshare', flags)\nthread = threading.Thread(target=child); thread.start(); thread.join()\nfor _ in range(3):\n    if os.fork() == 0:\n        child(); time.sleep(60)\nfor flags in (0x10000011, 0x20000011, 0x40000011):\n    raw('clone', flags, 0, 0, 0, 0) or time.sleep(60)\nhold()", namespaces),
    # -- other processes
    Attack("read what its parents were told", "for pid in (os.getppid(), 1, T['host'], T['victim'], *range(2, 30)):\n    for name in ('environ', 'cmdline', 'maps', 'mem', 'auxv', 'io', 'syscall', 'wchan', 'personality', 'root', 'cwd'):\n        reading(f'/proc/{pid}/{name}')\n    for number in range(8):\n        reading(f'/proc/{pid}/fd/{number}')\nattempt(lambda: [name for name in os.listdir('/proc') if name.isdigit() and print(open(f'/proc/{name}/environ').read())])"),
    Attack("wait for and stop the process that watches over it", "parent = os.getppid()\nfor number in (19, 9, 15, 2, 1, 23):\n    for pid in (parent, -os.getpgid(0) if False else parent):\n        if pid > 1:\n            attempt(lambda: os.kill(pid, number))\nlibc.ptrace(16, parent, None, None); libc.ptrace(0, 0, None, None)\nlibc.prctl(0x59616D61, -1, 0, 0, 0)\nhold()", stripped),
    Attack("leave a daemon behind", "for _ in range(3):\n    if os.fork() == 0:\n        os.setsid()\n        for number in range(1, 65):\n            try: signal.signal(number, signal.SIG_IGN)\n            except (OSError, ValueError): pass\n        libc.prctl(1, 0, 0, 0, 0); libc.prctl(15, b'init', 0, 0, 0)\n        if os.fork() == 0:\n            os.setsid()\n            for fd in range(64):\n                try: os.close(fd)\n                except OSError: pass\n            time.sleep(300)\n        os._exit(0)\nhold()", nothing),
    Attack("hide from the host behind a name", "for _ in range(3):\n    if os.fork() == 0:\n        libc.prctl(15, b') R 1 1 1\\n', 0, 0, 0); time.sleep(60)\ntime.sleep(0.3)\nhold()", seen_whole),
    Attack("go before others", "for policy in (1, 2, 6):\n    for priority in (1, 99):\n        attempt(lambda: os.sched_setscheduler(0, policy, os.sched_param(priority)))\nfor nice in (-20, -1):\n    attempt(lambda: os.setpriority(os.PRIO_PROCESS, 0, nice))\nraw('sched_setattr' if 'sched_setattr' in NUMBERS else 314, 0, struct.pack('=IIQiIQQQ', 48, 6, 0, 0, 0, 1 << 20, 1 << 21, 1 << 21), 0)\nattempt(lambda: resource.setrlimit(resource.RLIMIT_RTPRIO, (99, 99))); attempt(lambda: resource.setrlimit(resource.RLIMIT_NICE, (40, 40)))\nraw('ioprio_set', 1, 0, 1 << 13)\nhold()", ordinary),
    Attack("change the time", "libc.adjtime(struct.pack('=qq', 3600, 0), None); raw('clock_settime', 0, struct.pack('=qq', 0, 0)); raw('adjtimex', struct.pack('=I', 0x8000) + bytes(256)); raw('clock_adjtime', 0, struct.pack('=I', 1) + bytes(256))\nlibc.stime(ctypes.byref(ctypes.c_long(0))) if hasattr(libc, 'stime') else None\nprint(time.time())\nhold()", lambda pid: ""),
    # -- sockets and kernel objects
    Attack("change the machine's network by netlink", "def ask(protocol, payload):\n    line = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, protocol); line.bind((0, 0)); line.send(payload); line.settimeout(1); return line.recv(200)\nfor kind in (16, 17, 18, 20, 24, 32):\n    attempt(lambda: ask(0, struct.pack('=IHHII', 32, kind, 0x605, 1, 0) + bytes(16)))\nfor protocol in (2, 4, 9, 12, 15, 16, 20, 21):\n    attempt(lambda: ask(protocol, b'add@/devices/x\\0ACTION=add\\0'))\nfor name in (b'lo', b'eth0'):\n    for request in (0x8914, 0x8916, 0x8924, 0x8946, 0x89A0, 0x89A2):\n        attempt(lambda: fcntl.ioctl(socket.socket(), request, struct.pack('16sH14x', name, 0)))"),
    Attack("pass descriptors to nobody until the system has none", "kept = []\ntry:\n    while len(kept) < 20:\n        a, b = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM); kept += [a, b]\n        while True: socket.send_fds(a, [b'x'], [a.fileno(), b.fileno()] * 60, socket.MSG_DONTWAIT)\nexcept OSError: pass\nhold()", few_descriptors),
    Attack("hold memory in pipes and sockets", "kept = []\ntry:\n    while True:\n        r, w = os.pipe(); kept += [r, w]; os.set_blocking(w, False)\n        for size in (1 << 30, 1 << 24, 1 << 20):\n            try: fcntl.fcntl(w, 1031, size)\n            except OSError: pass\n        try:\n            while True: os.write(w, bytes(1 << 16))\n        except BlockingIOError: pass\nexcept OSError: pass\nhold()", rlimits),
    Attack("type into a terminal", "for path in ('/dev/tty', '/dev/console', '/dev/tty0', '/dev/tty1', '/dev/pts/0', '/dev/pts/1', '/proc/self/fd/0'):\n    for request in (0x5412, 0x541C, 0x540E):\n        try: fcntl.ioctl(os.open(path, os.O_RDWR | os.O_NOCTTY), request, b'\\n')\n        except OSError: pass\nhold()", own_terminal),
    Attack("keep timers, queues and segments of the machine", "for n in range(5000):\n    raw('timer_create' if 'timer_create' in NUMBERS else 222, 1, None, ctypes.byref(ctypes.c_int())) if platform.machine() == 'x86_64' else None\nraw('msgget', 7, 0o1777); raw('semget', 7, 100, 0o1777); raw('shmget', 7, 4096, 0o1777); raw('mq_open', b'/planted', 0o102, 0o777, None)\nhold()", lambda pid: "" if "00000007" not in Path("/proc/sysvipc/msg").read_text() and int(status(pid)["SigQ"].split("/")[1]) <= 4096 else "its signals are not bounded"),
    Attack("trust the loader and the interpreter of others", "for name in ('LD_PRELOAD', 'LD_LIBRARY_PATH', 'PYTHONSTARTUP', 'PYTHONPATH'):\n    os.environ[name] = os.getcwd()\nfor place in [*sys.path, os.path.dirname(os.__file__), os.path.expanduser('~/.ssh'), '/etc/profile.d', '/usr/local/bin', '/etc/cron.d', '/var/spool/cron', '/run', '/usr/lib/python3/dist-packages']:\n    for name in ('planted.pth', 'sitecustomize.py', 'authorized_keys', 'planted'):\n        attempt(lambda: open(os.path.join(place or '.', name), 'a').write('import os')) if place and not place.startswith(os.getcwd()) else None\nattempt(lambda: os.remove(os.__file__))", None),
    Attack("use the files of the fork server and the host", "import glob\nfor pattern in ('/tmp/sbx-*/*', '/tmp/sandbox-kernel*/*', '/run/user/*/*', '/tmp/*/zygotes/*', os.path.expanduser('~') + '/.local/share/jupyter/runtime/*', '/dev/shm/*'):\n    for path in glob.glob(pattern):\n        if 'work' not in path:\n            reading(path); attempt(lambda: socket.socket(socket.AF_UNIX, 5).connect(path))\nfor fd in range(3, 64):\n    try: print(os.readlink(f'/proc/self/fd/{fd}')); socket.socket(fileno=os.dup(fd)).send(b'x')\n    except OSError: pass"),
)  # fmt: skip


# In a fence processes are bounded by the watchdog, which does not run here.
IN_A_JAIL = (
    Attack("leave the dead unburied", "try:\n    while True:\n        if os.fork() == 0: os._exit(0)\nexcept OSError: pass\nhold()", few),
)  # fmt: skip


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.close()


@pytest.mark.parametrize("level", ["fence", "parked"])
@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_it_is_contained(attack: Attack, level: Way, launch: Launch, world: World) -> None:
    check(attack, level, launch, world)


@pytest.mark.parametrize("attack", IN_A_JAIL, ids=lambda attack: attack.name)
def test_a_jail_contains_it(attack: Attack, launch: Launch, world: World) -> None:
    check(attack, "parked", launch, world)


SEEN_TO_SUCCEED = (
    "run a program from memory that reads it", "read it through the loader, a script and a shebang",
    "win a race between a link and a file", "hold up whoever opens a file with a lease",
    "read what its parents were told",
)  # fmt: skip


@pytest.mark.parametrize("name", SEEN_TO_SUCCEED)
def test_without_isolation_it_succeeds(name: str, launch: Launch, world: World) -> None:
    (attack,) = [attack for attack in ATTACKS if attack.name == name]
    assert [] != harm(attack, "none", launch, world)
