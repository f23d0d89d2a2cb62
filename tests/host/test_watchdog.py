from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from sandbox_kernel.host import disk, usage
from sandbox_kernel.host.usage import Usage
from sandbox_kernel.host.watchdog import (
    BUSY_S,
    GROWING_S,
    QUIET_S,
    Exceeded,
    Watchdog,
    Watched,
    is_still,
    judge,
    pace,
    with_what_is_there,
)
from sandbox_kernel.isolation.limits import MIB, PROFILES, Limits

linux = pytest.mark.skipif(sys.platform != "linux", reason="the watchdog reads /proc")
STRICT = PROFILES["strict"]


@pytest.mark.parametrize(
    ("used", "limit", "what"),
    [
        (Usage(memory_bytes=513 * MIB), "memory_mb", "512 MB of memory"),
        (Usage(disk_bytes=257 * MIB), "disk_mb", "256 MB of disk"),
        (Usage(files=10_001), "files", "10,000 files"),
        (Usage(tasks=80), "processes", "64 processes and threads"),
        (Usage(descriptors=5000), "open_files", "4,096 open files"),
    ],
)
def test_every_limit_has_its_sentence(used: Usage, limit: str, what: str) -> None:
    found = judge(STRICT, used)
    assert (limit, f"stopped: it used more than {what}") == (found and found.limit, found and found.sentence)


def test_a_limit_of_zero_is_no_limit() -> None:
    assert judge(PROFILES["trusted"], Usage(1 << 40, 10**4, 10**4, 10**4, 1e9, 1 << 50, 10**8)) is None


def test_a_full_directory_does_not_end_the_restart_that_cleans_it_up() -> None:
    full = Usage(disk_bytes=300 * MIB, files=20_000)
    limits = with_what_is_there(STRICT, full)
    assert judge(limits, full) is None
    grown = judge(limits, Usage(disk_bytes=320 * MIB))
    assert "disk_mb" == (grown and grown.limit)
    assert STRICT == with_what_is_there(STRICT, Usage())


def test_the_closer_to_a_limit_the_sooner_it_looks_again() -> None:
    assert [QUIET_S, BUSY_S, GROWING_S, GROWING_S] == [
        pace(STRICT, Usage(), Usage()),
        pace(STRICT, Usage(), Usage(cpu_seconds=0.1)),
        pace(STRICT, Usage(), Usage(memory_bytes=400 * MIB)),
        pace(STRICT, Usage(), Usage(tasks=20)),
    ]


def test_a_directory_is_counted_up_to_a_bound(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "data").write_bytes(b"x" * 100_000)
    os.symlink("/", tmp_path / "everything")
    size, entries = disk.of_directory(str(tmp_path), most_files=0)
    assert 3 == entries
    assert 100_000 <= size < 200_000
    assert disk.of_directory(str(tmp_path), most_files=1)[1] <= 2


def test_what_lies_below_the_longest_path_is_too_much(tmp_path: Path) -> None:
    before = os.open(".", os.O_RDONLY)
    try:
        os.chdir(tmp_path)
        for _ in range(20):
            os.mkdir("d" * 200)
            os.chdir("d" * 200)
        assert disk.BEYOND == disk.of_directory(str(tmp_path), most_files=0)[0]
    finally:
        os.fchdir(before)
        os.close(before)


@pytest.mark.skipif(not hasattr(os, "geteuid") or not os.geteuid(), reason="root may list every directory")
def test_a_closed_directory_is_counted_and_stays_closed(tmp_path: Path) -> None:
    closed = tmp_path / "a" / "b"
    closed.mkdir(parents=True)
    (closed / "data").write_bytes(b"x" * 100_000)
    for place in (closed, closed.parent):
        place.chmod(0)
    try:
        assert 100_000 <= disk.of_directory(str(tmp_path), most_files=0)[0] < 200_000
        assert 0 == closed.parent.stat().st_mode & 0o777
    finally:
        closed.parent.chmod(0o700)
        closed.chmod(0o700)


@pytest.mark.process
@linux
def test_deleted_files_that_are_open_are_counted(tmp_path: Path) -> None:
    make = "f = open('f', 'wb')\nf.write(bytes(1 << 20))\nf.flush()\nos.unlink('f')"
    code = f"import os, sys\n{make}\nprint(flush=True)\nsys.stdin.read(1)"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=tmp_path
    ) as process:
        assert process.stdout
        process.stdout.readline()
        assert 1 << 20 == disk.of_deleted([process.pid], [str(tmp_path)])
        assert 0 == disk.of_deleted([process.pid], ["/proc"])
        process.communicate(b"\n")


@pytest.mark.process
@linux
def test_a_process_and_what_it_started_are_counted() -> None:
    code = "import subprocess, sys; p = subprocess.Popen(['sleep', '60']); print(p.pid, flush=True); sys.stdin.read(1)"
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdin
        sleeper = int(process.stdout.readline())
        assert [sleeper] == usage.tree(process.pid)
        found = usage.of_processes([process.pid, sleeper])
        assert (2, 2) == (found.processes, found.tasks)
        assert found.memory_bytes > MIB
        os.kill(sleeper, 9)
        process.stdin.write(b"\n")


@pytest.mark.process
@linux
def test_what_exceeds_a_limit_is_ended_and_told() -> None:
    told: list[Exceeded] = []
    telling = threading.Event()

    def tell(exceeded: Exceeded) -> None:
        told.append(exceeded)
        telling.set()

    code = "import subprocess; held = bytearray(200 << 20); subprocess.run(['sleep', '60'])"
    with subprocess.Popen(
        [sys.executable, "-c", f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {code!r}])"]
    ) as keeper:
        watchdog = Watchdog()
        watched = Watched(keeper.pid, keeper.pid, Limits(memory_mb=150), (), tell)
        watchdog.watch(watched)
        assert telling.wait(20)
        for pid in usage.tree(keeper.pid):
            os.kill(pid, 9)
        keeper.kill()
    assert [Exceeded("memory_mb", 150.0, "stopped: it used more than 150 MB of memory")] == told


@linux
def test_a_quiet_kernel_is_counted_in_full_only_when_it_moves() -> None:
    with subprocess.Popen(["sleep", "60"]) as process:
        watched = Watched(process.pid, process.pid, STRICT, (), lambda _: None, whole_due=100.0, pids=(process.pid,))
        assert [False, True, False] == [is_still(watched, 1.0), is_still(watched, 2.0), is_still(watched, 101.0)]
        process.kill()
