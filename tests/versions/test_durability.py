"""The version store on disk: durability, damage, other programs, threads."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import threading
from pathlib import Path

import pytest

from sandbox_kernel.errors import StoreError
from sandbox_kernel.versions.database import FILE, MIGRATIONS
from sandbox_kernel.versions.store import VersionStore
from tests.versions.stores import apply, live


def test_a_change_that_was_undecided_at_the_end_is_rejected_at_the_next_start(tmp_path: Path) -> None:
    with VersionStore.open(tmp_path) as store:
        apply(store, {"a": "1\n"})
        store.stage({"a": "2\n"}, kind="reload")
    with VersionStore.open(tmp_path) as store:
        assert {"a": "1\n"} == live(store)
        assert ["rejected", "accepted"] == [change.outcome for change in store.timeline()]
        assert "interrupted" == store.timeline()[0].stage


@pytest.mark.parametrize("damage", [b"", b"this is no database, it only looks like a file" * 100])
def test_a_damaged_file_is_put_aside_and_the_store_starts_anew(tmp_path: Path, damage: bytes) -> None:
    with VersionStore.open(tmp_path) as store:
        for number in range(50):
            apply(store, {"a": f"x = {number}\n" * 100})
    path = tmp_path / FILE
    data = path.read_bytes()
    path.write_bytes(damage or data[:4096] + b"\xff" * (len(data) - 8192) + data[-4096:])
    with VersionStore.open(tmp_path) as store:
        assert store.recovered_from is not None
        assert store.recovered_from.name.startswith(f"{FILE}.damaged-")
        assert store.recovered_from.exists()
        assert {} == live(store)
        apply(store, {"a": "1\n"})
    with VersionStore.open(tmp_path) as store:
        assert (None, {"a": "1\n"}) == (store.recovered_from, live(store))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no such files")
@pytest.mark.parametrize("left", ["fifo", "link", "directory"])
def test_what_is_no_file_is_put_aside(left: str, tmp_path: Path) -> None:
    path = tmp_path / FILE
    make = {"fifo": os.mkfifo, "link": lambda path: path.symlink_to("/nowhere"), "directory": Path.mkdir}
    make[left](path)
    with VersionStore.open(tmp_path) as store:
        assert store.recovered_from is not None
        assert store.recovered_from.name.startswith(f"{FILE}.damaged-")
    assert path.is_file()


def test_a_file_cut_short_is_put_aside(tmp_path: Path) -> None:
    with VersionStore.open(tmp_path) as store:
        for number in range(50):
            apply(store, {"a": f"x = {number}\n" * 100})
    path = tmp_path / FILE
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2 + 100])
    with VersionStore.open(tmp_path) as store:
        assert store.recovered_from is not None


def test_another_programs_database_is_left_alone(tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / FILE)
    other.execute("CREATE TABLE theirs (x)")
    other.commit()
    other.close()
    before = (tmp_path / FILE).read_bytes()
    with pytest.raises(StoreError, match="belongs to another program"):
        VersionStore.open(tmp_path)
    assert before == (tmp_path / FILE).read_bytes()


def test_a_newer_format_is_refused(tmp_path: Path) -> None:
    with VersionStore.open(tmp_path) as store, store.database.cursor() as db:
        db.execute(f"PRAGMA user_version={len(MIGRATIONS) + 1}")
    with pytest.raises(StoreError, match="newer sandbox-kernel"):
        VersionStore.open(tmp_path)


def test_a_directory_that_cannot_be_made_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="check the path"):
        VersionStore.open(tmp_path / "file" / "below")


def test_a_closed_store_says_so(tmp_path: Path) -> None:
    store = VersionStore.open(tmp_path)
    store.close()
    with pytest.raises(StoreError, match="is closed"):
        store.live()


def test_a_reader_sees_the_store_and_decides_nothing(tmp_path: Path) -> None:
    with VersionStore.open(tmp_path) as store:
        apply(store, {"a": "1\n"})
        change = store.stage({"a": "2\n"}, kind="reload")
        with VersionStore.open(tmp_path, read_only=True) as reader:
            assert {"a": "1\n"} == live(reader)
            with pytest.raises(StoreError):
                reader.stage({"a": "3\n"}, kind="reload")
        assert "staged" == store.change(change.id).outcome
    with pytest.raises(StoreError, match="there is no version store"):
        VersionStore.open(tmp_path / "nowhere", read_only=True)


def test_a_write_lock_held_by_another_program_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sandbox_kernel.versions.database.BUSY_MS", 10)
    with VersionStore.open(tmp_path) as store:
        other = sqlite3.connect(tmp_path / FILE, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="busy"):
            store.stage({"a": "1\n"}, kind="reload")
        other.execute("ROLLBACK")
        other.close()
        apply(store, {"a": "1\n"})


class Interrupting(str):
    """A text in whose midst the learner presses the interrupt button."""

    def encode(self, *_: object) -> bytes:
        raise KeyboardInterrupt


def test_an_interrupt_inside_a_change_leaves_no_trace(store: VersionStore) -> None:
    apply(store, {"a": "1\n"})
    with pytest.raises(KeyboardInterrupt):
        store.stage({"a": "2\n", "b": Interrupting("2\n")}, kind="reload")
    assert (["a"], 1, 1) == (store.modules(), store.newest("a"), len(store.timeline()))


def test_many_threads_may_use_one_store(store: VersionStore) -> None:
    failures: list[BaseException] = []

    def work(name: str) -> None:
        try:
            for number in range(15):
                apply(store, {name: f"{number}\n", "shared": f"{name}{number}\n"})
                store.history("shared", limit=5)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(f"m{index}",)) for index in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [] == failures
    assert list(range(60, 0, -1)) == [version.number for version in store.history("shared")]
    assert {f"m{index}": "14\n" for index in range(4)}.items() <= live(store).items()


def test_any_text_comes_back_as_it_was(store: VersionStore) -> None:
    texts = ["", "\r\n", "é 🐍\n", "\ufeffx = 1\n", "a\x0cb\u2028c", "\ud800", "x" * 200_000]
    for text in texts:
        apply(store, {"a": text})
    assert texts[::-1] == [version.source for version in store.history("a")]


def test_a_git_checkout_stays_clean(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    with VersionStore.open(tmp_path / ".sandbox") as store:
        apply(store, {"a": "1\n"})
        status = subprocess.run(["git", "status", "--porcelain"], cwd=tmp_path, capture_output=True, check=True)
    assert b"" == status.stdout
