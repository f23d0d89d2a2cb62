"""A whole history as one file and back."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from sandbox_kernel.errors import StoreError
from sandbox_kernel.versions.store import VersionStore


def fill(store: VersionStore) -> None:
    first = store.stage({"cart": "x = 1\n", "shop": "é = '🐍'\n"}, kind="load", author="ana", note="first")
    store.accept(first.id, report='{"objects": []}', duration_ms=4.0)
    store.reject(store.stage({"cart": "x = (\n"}, kind="reload").id, stage="compile", reason="never closed")
    store.accept(store.stage({"cart": "x = 2\n"}, kind="reload").id)
    store.tag("cart", 1, "works")
    store.save_state("cart", 3, b'{"n": 1}')
    store.set_meta("tree", {"target": "shop:tree"})


def everything(store: VersionStore) -> tuple[object, ...]:
    modules = store.modules()
    return (
        store.live(),
        [store.history(module) for module in modules],
        store.timeline(),
        [store.tags(module) for module in modules],
        store.state("cart", 3),
        store.get_meta("tree"),
        store.undo_step(),
    )


@pytest.fixture
def exported(tmp_path: Path) -> Path:
    with VersionStore.open(tmp_path / "one") as store:
        fill(store)
        store.export_history(tmp_path / "history.jsonl")
    return tmp_path / "history.jsonl"


def sealed(records: list[dict[str, Any]]) -> bytes:
    body = b"".join(json.dumps(record).encode() + b"\n" for record in records)
    end = {"type": "end", "lines": len(records), "sha256": sha256(body).hexdigest()}
    return body + json.dumps(end).encode() + b"\n"


def test_what_was_exported_is_imported_whole(tmp_path: Path) -> None:
    with VersionStore.open(tmp_path / "one") as one, VersionStore.open(tmp_path / "two") as two:
        fill(one)
        lines = one.export_history(tmp_path / "history.jsonl")
        assert lines == len((tmp_path / "history.jsonl").read_bytes().splitlines())
        assert 4 == two.import_history(tmp_path / "history.jsonl")
        assert everything(one) == everything(two)


def test_an_imported_history_goes_on(exported: Path, tmp_path: Path) -> None:
    with VersionStore.open(tmp_path / "two") as store:
        store.import_history(exported)
        change = store.accept(store.stage({"cart": "x = 3\n"}, kind="reload").id)
        assert ({"cart": 4}, {"cart": 3}) == (change.versions, change.before)


def test_a_change_that_was_undecided_comes_in_as_rejected(tmp_path: Path) -> None:
    with VersionStore.open(tmp_path / "one") as one, VersionStore.open(tmp_path / "two") as two:
        fill(one)
        one.stage({"cart": "x = 9\n"}, kind="reload")
        one.export_history(tmp_path / "history.jsonl")
        two.import_history(tmp_path / "history.jsonl")
        assert "rejected" == two.timeline()[0].outcome == two.version("cart", 4).outcome


def test_a_sandbox_with_a_history_takes_no_other(exported: Path, tmp_path: Path) -> None:
    with VersionStore.open(tmp_path / "one") as store, pytest.raises(StoreError, match="has a history already"):
        store.import_history(exported)


def test_a_file_that_was_cut_or_altered_imports_nothing(exported: Path, tmp_path: Path) -> None:
    lines = exported.read_bytes().splitlines(keepends=True)
    altered = {
        "cut short": b"".join(lines[:-1]),
        "missing or were altered": b"".join([*lines[:-2], lines[-1]]),
        "no JSON object": b"".join([*lines[:3], b"\xff\xfe\n", *lines[3:]]),
        "no history begins here": b"".join(lines[1:]),
        "cannot be imported": b"",
    }
    with VersionStore.open(tmp_path / "two") as store:
        for why, data in altered.items():
            exported.write_bytes(data)
            with pytest.raises(StoreError, match=why):
                store.import_history(exported)
            assert ([], []) == (store.modules(), store.timeline())


def change(kind: str, **fields: Any) -> Any:  # Any: JSON
    def alter(records: list[dict[str, Any]]) -> None:
        next(record for record in records if record["type"] == kind).update(fields)

    return alter


@pytest.mark.parametrize(
    "alter",
    [
        change("history", format="other"),
        change("history", version=99),
        change("module", name="../../etc/passwd"),
        change("module", name="os\0"),
        change("module", live=2),
        change("module", newest=1),
        change("module", live=2**70),
        change("text", source="other\n"),
        change("text", source=["x"]),
        change("version", number=0),
        change("version", number=-1),
        change("version", sha256="0" * 64),
        change("version", outcome="live"),
        change("version", time=True),
        change("version", module="nobody"),
        change("change", place="somewhere"),
        change("change", members=[["nobody", 1, 0]]),
        change("change", members=7),
        change("tag", number=99),
        change("state", body="%%%"),
        change("meta", key=None),
        change("tag", type="__init__"),
        change("tag", type="finish"),
        lambda records: records.append(records[0]),
        lambda records: records.append(records[-1]),
    ],
)
def test_what_does_not_fit_is_refused_with_its_line(exported: Path, tmp_path: Path, alter: Any) -> None:
    records = [json.loads(line) for line in exported.read_bytes().splitlines()][:-1]
    alter(records)
    exported.write_bytes(sealed(records))
    with VersionStore.open(tmp_path / "two") as store:
        with pytest.raises(StoreError, match="nothing was imported"):
            store.import_history(exported)
        assert ([], []) == (store.modules(), store.timeline())


def test_a_deeply_nested_line_is_refused(exported: Path, tmp_path: Path) -> None:
    exported.write_bytes(b"[" * 200_000 + b"\n")
    with VersionStore.open(tmp_path / "two") as store, pytest.raises(StoreError, match="no JSON object"):
        store.import_history(exported)


def test_an_export_that_fails_keeps_the_old_file(exported: Path, tmp_path: Path) -> None:
    before = exported.read_bytes()
    with VersionStore.open(tmp_path / "one") as store:
        with store.database.transaction() as db:
            db.execute("UPDATE text SET body = x'00'")
        with pytest.raises(StoreError, match="text is damaged"):
            store.export_history(exported)
    assert before == exported.read_bytes()
    assert [] == list(tmp_path.glob(".*part"))


def test_an_export_to_a_place_that_is_not_there_is_one_clear_error(tmp_path: Path) -> None:
    with VersionStore.open(tmp_path / "one") as store, pytest.raises(StoreError, match="could not be written"):
        store.export_history(tmp_path / "nowhere" / "history.jsonl")
