"""What runs on this machine, as files."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import msgspec

from sandbox_kernel.host import place, registry, scratch
from sandbox_kernel.host.registry import Entry


def entry_of(pid: int, born: float, **changes: object) -> Entry:
    base = Entry(
        id="e1",
        name="till",
        kernel_id="k1",
        directory="/nowhere/till",
        connection_file="/nowhere/kernel.json",
        pid=pid,
        pid_born=born,
        host_pid=pid,
        host_born=born,
        started=5.0,
    )
    return msgspec.structs.replace(base, **changes)


def myself(**changes: object) -> Entry:
    return msgspec.structs.replace(entry_of(os.getpid(), registry.born(os.getpid())), **changes)


def ended() -> int:
    """The number of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_living_sandboxes_are_listed_oldest_first() -> None:
    old, new = myself(id="a", started=1.0), myself(id="b", started=2.0)
    registry.write(new)
    registry.write(old)
    assert [old, new] == registry.entries()


def test_an_entry_is_readable_by_its_user_alone(runtime: Path) -> None:
    registry.write(myself())
    assert 0o600 == (runtime / "sandboxes" / "e1.json").stat().st_mode & 0o777
    assert 0 == (runtime / "sandboxes").stat().st_mode & 0o077


def test_a_removed_entry_is_gone() -> None:
    registry.write(myself())
    registry.remove("e1")
    assert [] == registry.entries()


def test_what_a_dead_host_left_is_swept(runtime: Path) -> None:
    connection = runtime / "kernel.json"
    left = scratch.make("sandbox-kernel-")
    registry.write(entry_of(ended(), 1.0, directory=str(left), connection_file=str(connection), temporary=True))
    connection.write_text("{}")
    assert [] == registry.entries()
    assert [False, False] == [left.exists(), connection.exists()]
    assert [] == list((runtime / "sandboxes").glob("*.json"))


def test_a_directory_that_is_not_temporary_is_never_swept(tmp_path: Path) -> None:
    registry.write(entry_of(ended(), 1.0, directory=str(tmp_path), temporary=True))
    assert [] == registry.entries()
    assert tmp_path.is_dir()


def test_a_later_process_with_the_same_number_is_another() -> None:
    assert not registry.is_alive(os.getpid(), registry.born(os.getpid()) - 100)


def test_a_dead_kernel_of_a_living_host_is_not_listed_but_kept() -> None:
    registry.write(myself(pid=ended(), pid_born=1.0))
    assert [] == registry.entries()
    assert (place.runtime_directory() / "e1.json").exists()


def test_a_damaged_entry_is_swept(runtime: Path) -> None:
    registry.write(myself())
    (runtime / "sandboxes" / "bad.json").write_text('{"id": 5')
    assert [myself()] == registry.entries()
    assert not (runtime / "sandboxes" / "bad.json").exists()
