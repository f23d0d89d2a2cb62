"""What holds inside a level, tried from inside it."""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sandbox_kernel.isolation.limits import Limits
from sandbox_kernel.isolation.spec import LEVELS, Level
from sandbox_kernel.isolation.verify import problems

Launch = Callable[..., Any]  # Any: the fixture's own class, which a conftest cannot export
STRONG: tuple[Level, ...] = ("fence", "jail")
pytestmark = [
    pytest.mark.kernel,  # no kernel runs here, but each test starts processes, which takes as long
    pytest.mark.skipif(sys.platform != "linux", reason="isolation levels with a hold are for Linux"),
]

ATTEMPTS = """
import ctypes, json, os, socket, subprocess
found = {}
def attempt(name, action):
    try:
        found[name] = str(action())
    except OSError as error:
        found[name] = type(error).__name__
"""


def outcome(launch: Launch, level: Level, attempts: str, **more: Any) -> dict[str, str]:  # Any: passed on
    output, status = launch(level, f"{ATTEMPTS}\n{attempts}\nprint(json.dumps(found))", **more).end()
    assert status == 0, output
    found: dict[str, str] = json.loads(output)
    return found


@pytest.mark.parametrize("level", LEVELS)
def test_the_program_runs_and_keeps_its_exit_status(launch: Launch, level: Level) -> None:
    assert ("here\n", 7) == launch(level, "open('mine', 'w').write('x'); print('here'); raise SystemExit(7)").end()


@pytest.mark.parametrize("level", LEVELS)
def test_the_host_sees_the_signal_that_ended_the_program(launch: Launch, level: Level) -> None:
    assert ("", -signal.SIGSEGV) == launch(level, "import os; os.kill(os.getpid(), 11)").end()


@pytest.mark.parametrize("level", STRONG)
def test_files_of_the_host_are_out_of_reach(launch: Launch, level: Level, tmp_path: Path) -> None:
    found = outcome(
        launch,
        level,
        """
secret = os.environ["SECRET_FILE"]
attempt("read", lambda: open(secret).read())
attempt("append", lambda: open(secret, "a").write("more"))
attempt("create", lambda: open(secret + ".new", "w"))
attempt("chmod", lambda: os.chmod(secret, 0o777))
attempt("xattr", lambda: os.setxattr(secret, "user.x", b"1"))
attempt("utime", lambda: os.utime(secret))
os.symlink(secret, "link")
attempt("link", lambda: open("link").read())
attempt("etc", lambda: open("/etc/shadow").read())
attempt("kmsg", lambda: open("/dev/kmsg").read())
""",
    )
    assert {"PermissionError", "FileNotFoundError"} >= {found["read"], found["etc"], found["kmsg"]}, found
    assert "tell nobody" not in found.values()
    assert {"secret.txt", "home", "work"} == {entry.name for entry in tmp_path.iterdir()}
    secret = tmp_path / "secret.txt"
    assert ("tell nobody", 0o600, []) == (secret.read_text(), secret.stat().st_mode & 0o777, os.listxattr(secret))


@pytest.mark.parametrize("level", STRONG)
def test_only_the_own_directory_is_writable(launch: Launch, level: Level) -> None:
    found = outcome(
        launch,
        level,
        """
import sys
attempt("own", lambda: open("mine", "w").write("ab"))
attempt("package", lambda: open(os.path.join(sys.prefix, "planted"), "w"))
attempt("usr", lambda: open("/usr/planted", "w"))
attempt("proc", lambda: open("/proc/sys/kernel/hostname", "w"))
""",
    )
    assert "2" == found.pop("own")
    assert {"PermissionError", "OSError", "FileNotFoundError", "NotADirectoryError"} >= set(found.values()), found


@pytest.mark.parametrize("level", STRONG)
def test_the_network_is_out_of_reach(launch: Launch, level: Level, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as inet, socket.socket(socket.AF_UNIX) as unix:
        unix.bind("\0sandbox-kernel-test-" + tmp_path.name)
        unix.listen()
        found = outcome(
            launch,
            level,
            f"""
attempt("tcp", lambda: socket.create_connection(("127.0.0.1", {inet.getsockname()[1]}), 1))
attempt("abstract", lambda: socket.socket(socket.AF_UNIX).connect("\\0sandbox-kernel-test-{tmp_path.name}"))
attempt("packet", lambda: socket.socket(17, 3))
attempt("vsock", lambda: socket.socket(40, 1))
attempt("alg", lambda: socket.socket(38, 5))
attempt("netfilter", lambda: socket.socket(16, 3, 12))
""",
        )
    assert {"PermissionError", "ConnectionRefusedError", "OSError"} >= set(found.values()), found


@pytest.mark.parametrize("level", STRONG)
def test_other_processes_are_out_of_reach(launch: Launch, level: Level) -> None:
    found = outcome(
        launch,
        level,
        f"""
host = {os.getpid()}
attempt("signal", lambda: os.kill(host, 0))
attempt("parent", lambda: os.kill(os.getppid() or host, 19))  # 0: it cannot be seen
attempt("environment", lambda: open(f"/proc/{{host}}/environ").read())
attempt("arguments", lambda: open(f"/proc/{{host}}/cmdline").read())
attempt("priority", lambda: os.setpriority(os.PRIO_PROCESS, host, 19))
attempt("affinity", lambda: os.sched_setaffinity(host, {{0}}))
attempt("memory", lambda: open(f"/proc/{{os.getppid() or 1}}/mem", "r+b"))
""",
    )
    assert {"PermissionError", "ProcessLookupError", "FileNotFoundError"} >= set(found.values()), found


@pytest.mark.parametrize("level", STRONG)
def test_the_dangerous_parts_of_the_kernel_are_out_of_reach(launch: Launch, level: Level) -> None:
    found = outcome(
        launch,
        level,
        """
libc = ctypes.CDLL(None, use_errno=True)
def raw(number, *args):
    if libc.syscall(number, *args) < 0:
        raise OSError(ctypes.get_errno(), "")
from sandbox_kernel.isolation.syscalls import NUMBERS
for name in ("unshare", "bpf", "perf_event_open", "userfaultfd", "io_uring_setup", "keyctl", "add_key", "ptrace",
             "fanotify_init", "memfd_secret", "memfd_create", "shmget", "clone3", "personality", "mount", "setns"):
    attempt(name, lambda: raw(NUMBERS[name], 0x10000000, 0, 0, 0, 0))
attempt("x32", lambda: raw(0x40000000 + 39))
attempt("unknown", lambda: raw(500))
attempt("namespace", lambda: raw(NUMBERS["clone"], 0x10000000 | 17, 0, 0, 0, 0))
attempt("shared memory", lambda: __import__("mmap").mmap(-1, 4096))
""",
    )
    assert {"PermissionError", "OSError"} == set(found.values()), found


@pytest.mark.parametrize("level", STRONG)
def test_a_file_given_to_it_is_readable_but_not_writable(launch: Launch, level: Level, tmp_path: Path) -> None:
    given = tmp_path / "connection.json"
    given.write_text("{}")
    given.chmod(0o600)
    found = outcome(
        launch,
        level,
        f"""
attempt("read", lambda: open({str(given)!r}).read())
attempt("write", lambda: open({str(given)!r}, "w"))
""",
        readable=(str(given),),
    )
    assert "{}" == found["read"]
    assert found["write"] in ("PermissionError", "OSError")


@pytest.mark.parametrize("level", ["limits", *STRONG])
def test_memory_files_and_core_dumps_are_bounded(launch: Launch, level: Level) -> None:
    output, status = launch(
        level,
        """
import resource, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
try:
    bytearray(300 << 20)
except MemoryError:
    print("memory")
try:
    with open("big", "wb") as file:
        for _ in range(6):
            file.write(bytes(1 << 20))
except OSError:
    print("file")
print(resource.getrlimit(resource.RLIMIT_CORE))
""",
    ).end()
    assert ("memory\nfile\n(0, 0)\n", 0) == (output, status)


@pytest.mark.parametrize("level", ["limits", *STRONG])
def test_nothing_outlives_the_program(launch: Launch, level: Level, tmp_path: Path) -> None:
    escape = "import os, time; os.fork() or (os.setsid(), os.fork(), os.execvp('sleep', ['sleep', '3.14159']))"
    output, status = launch(level, f"{escape}\nprint('left', flush=True)\nos._exit(0)").end()
    assert ("left\n", 0) == (output, status)
    assert [] == sleepers("3.14159")


def sleepers(argument: str) -> list[str]:
    found = []
    for directory in Path("/proc").glob("[0-9]*"):
        try:
            if f"sleep\0{argument}\0".encode() == (directory / "cmdline").read_bytes():
                found.append(directory.name)
        except OSError:
            continue
    return found


@pytest.mark.parametrize("level", ["limits", *STRONG])
def test_it_ends_when_the_host_ends(launch: Launch, level: Level) -> None:
    run = launch(level, "import os, time; os.fork(); time.sleep(100)")
    run.started.close()
    assert -signal.SIGKILL == run.end()[1]


@pytest.mark.parametrize("level", ["limits", *STRONG])
def test_the_keeper_ends_everything_when_told_to(launch: Launch, level: Level) -> None:
    run = launch(level, "import signal, time; signal.signal(15, signal.SIG_IGN); time.sleep(100)")
    run.process.terminate()
    assert -signal.SIGKILL == run.end()[1]


def test_a_jail_ends_with_its_keeper_however_that_ends(launch: Launch) -> None:
    escape = "os.fork() or (os.setsid(), os.fork(), os.execvp('sleep', ['sleep', '2.71828']))"
    run = launch("jail", f"import os, time\n{escape}\nprint(flush=True)\ntime.sleep(100)")
    assert "\n" == run.process.stdout.readline()
    os.kill(run.started.keeper, signal.SIGKILL)
    assert -signal.SIGKILL == run.end()[1]
    assert [] == sleepers("2.71828")


def test_what_a_jail_leaves_behind_is_reaped(launch: Launch) -> None:
    found = outcome(
        launch,
        "jail",
        """
for _ in range(5):
    if os.fork() == 0:
        os.fork() or os._exit(0)  # nobody waits for it once its parent has gone
        os._exit(0)
    os.wait()
while any(name.isdigit() and int(name) > 2 for name in os.listdir("/proc")):
    os.sched_yield()
""",
    )
    assert {} == found  # it came to its end: none of them stayed


@pytest.mark.parametrize("level", STRONG)
def test_the_look_from_outside_agrees_and_is_not_fooled_by_a_plain_process(launch: Launch, level: Level) -> None:
    run = launch(level, "import time; time.sleep(100)")
    assert [] == problems(run.started.spec, run.started.kernel)
    assert "NoNewPrivs is 0, not 1" in problems(run.started.spec, os.getpid())
    run.process.terminate()
    run.end()


def test_a_jail_hides_what_it_forbids(launch: Launch) -> None:
    found = outcome(
        launch,
        "jail",
        """
attempt("secret", lambda: os.path.exists(os.environ["SECRET_FILE"]))
attempt("processes", lambda: sorted(int(name) for name in os.listdir("/proc") if name.isdigit())[:3])
attempt("root", lambda: sorted({"home", "boot", "root", "srv"} & set(os.listdir("/"))))
attempt("user", lambda: os.getuid())
attempt("homes", lambda: os.listdir("/home"))
attempt("keys", lambda: open("/proc/keys").read())
attempt("temporary", lambda: os.listdir("/dev/shm"))
""",
    )
    assert {"secret": "False", "user": "1000", "homes": "['sandbox']", "temporary": "[]"} == {
        name: found[name] for name in ("secret", "user", "homes", "temporary")
    }
    assert found["processes"] in ("[1, 2]", "FileNotFoundError")
    assert found["keys"] in ("", "FileNotFoundError")


def test_a_directory_among_temporary_files_is_where_it_was(launch: Launch) -> None:
    with tempfile.TemporaryDirectory(dir="/var/tmp") as place:
        (Path(place) / "data").write_text("1")
        code = f"import os; print(open({place + '/data'!r}).read(), {Path(place).name!r} in os.listdir('/var/tmp'))"
        assert ("1 True\n", 0) == launch("jail", code, readable=(place,)).end()


def test_a_jail_bounds_its_processes(launch: Launch) -> None:
    code = """
import os, time
made = 0
try:
    while made < 200:
        if os.fork() == 0:
            time.sleep(100)
        made += 1
except BlockingIOError:
    print(made < 40, flush=True)
os._exit(0)
"""
    run = launch("jail", code, Limits(processes=24, open_files=64))
    if os.geteuid() == 0 and run.started.spec.user < 0:
        run.process.terminate()
        run.end()
        pytest.skip("the kernel does not count the processes of root")
    assert ("True\n", 0) == run.end()
