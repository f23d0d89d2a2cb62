from __future__ import annotations

from pathlib import Path

import pytest

from sandbox_kernel.errors import SandboxNotFound
from sandbox_kernel.host import audit
from sandbox_kernel.host.audit import Audit, entries, shown


@pytest.fixture(autouse=True)
def _own_data_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "data"))


def test_entries_are_found_by_name_and_by_directory(tmp_path: Path) -> None:
    log = Audit("till", tmp_path, clock=lambda: 5.0)
    log.write("started", level="jail")
    log.write("ended", status=0)
    assert ["started", "ended"] == [entry["what"] for entry in entries("till")]
    assert entries("till") == entries(str(tmp_path))
    assert "level=jail" in shown(entries("till"))


def test_an_unknown_name_tells_the_known_ones(tmp_path: Path) -> None:
    Audit("till", tmp_path).write("started")
    with pytest.raises(SandboxNotFound, match="there are: till"):
        entries("tally")


def test_the_log_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "MOST_BYTES", 1000)
    log = Audit("till", tmp_path)
    for number in range(100):
        log.write("limit", number=number)
    assert 99 == entries("till")[-1]["number"]
    assert sum(path.stat().st_size for path in audit.directory().iterdir()) <= 2000


def test_a_log_that_cannot_be_written_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTER_DATA_DIR", "/proc/nowhere")
    Audit("till", tmp_path).write("started")


def test_damaged_lines_are_skipped(tmp_path: Path) -> None:
    log = Audit("till", tmp_path)
    log.write("started")
    with open(log.path, "a", encoding="utf-8") as file:
        file.write("not json\n[1]\n{}\n")
    log.write("ended")
    assert 2 == len(entries("till"))
