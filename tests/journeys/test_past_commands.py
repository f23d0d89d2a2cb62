"""The command line about modules and their past: a directory without a sandbox, and a sandbox of another program."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox_kernel.host.blocking import BlockingManager, BlockingSandbox

pytestmark = pytest.mark.kernel
LIMIT_S = 90


@pytest.fixture(autouse=True)
def _own_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def till() -> Iterator[BlockingSandbox]:
    """Another program's sandbox: two modules, three changes."""
    with BlockingManager() as manager:
        sandbox = manager.create("till", modules={"sums": "def total(n):\n    return n\n"})
        sandbox.hot_reload_all({"sums": "def total(n):\n    return n + 1\n", "tax": "RATE = 3\n"}, note="both")
        sandbox.hot_reload("sums", "def total(n):\n    return n + 2\n")
        yield sandbox


def typed(*line: str) -> tuple[int, str]:
    """Exit code and what it says, on either stream."""
    command = [sys.executable, "-m", "sandbox_kernel.host.cli", *line]
    done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S, check=False)
    return done.returncode, done.stdout + done.stderr


def told(*line: str) -> Any:  # Any: JSON
    code, text = typed(*line, "--json")
    assert 0 == code, text
    return json.loads(text)


def test_the_past_of_a_sandbox_is_walked_from_the_command_line(till: BlockingSandbox) -> None:
    assert "3 versions, v3 is live; 3 changes accepted, 0 refused" in typed("history", "till", "sums")[1]
    assert [("sums", 3), ("sums", 2)] == [
        (name, number)
        for change in told("history", "till")[:2]
        for name, number in list(change["versions"].items())[:1]
    ]
    assert "-    return n + 1\n+    return n + 2" in typed("diff", "till", "sums")[1]
    assert "    return n  |     return n + 2" in typed("diff", "till", "sums", "1", "live", "--side-by-side")[1]
    assert (0, "'plain' now names version 1 of sums\n") == typed("tag", "till", "sums", "plain", "1")
    assert {"sums": 1} == told("rollback", "till", "sums", "plain")["versions"]
    assert "7" == till.run("import sums; sums.total(7)").text
    assert {"sums": 3} == told("undo", "till")["versions"]
    assert {"sums": 1} == told("redo", "till")["versions"]
    both = next(change["id"] for change in told("history", "till") if change["note"] == "both")
    assert {"tax": 0} == told("undo", "till", str(both))["versions"]  # sums is what it was before already
    assert 2 == told("bisect", "till", "sums", "sums.total(1) < 2")["first_bad"]


def test_a_history_is_exported_and_imported_from_the_command_line(till: BlockingSandbox, tmp_path: Path) -> None:
    lines = told("export", "till", "history.jsonl")["lines"]
    assert lines == len((tmp_path / "history.jsonl").read_text().splitlines())
    code, text = typed("import", "till", "history.jsonl")
    assert (3, True) == (code, "jupyter sandbox import:" in text and "has a history" in text), text


def test_what_cannot_be_done_is_one_sentence_and_exit_code_3(till: BlockingSandbox) -> None:
    assert (3, "jupyter sandbox rollback: version 9 of 'sums' does not exist; the newest is 3\n") == typed(
        "rollback", "till", "sums", "9"
    )
    code, text = typed("history", "till", "nothing")
    assert (3, 1, True) == (code, len(text.splitlines()), "nothing" in text)
    assert 3 == typed("undo", "nobody")[0]


def test_a_directory_is_compiled_with_places_next_steps_and_an_exit_code(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "cart.py").write_text("import subprocess\nprint(subprocess)\n")
    (tmp_path / "src" / "shop.py").write_text("RATE = 3\n")
    assert (True, 2) == tuple(told("compile", "src")[key] for key in ("ok", "tried"))
    assert {"tried": 0, "ok": True} == {key: told("compile", "src", "--no-trial")[key] for key in ("tried", "ok")}
    code, text = typed("compile", "src", "--profile", "strict")
    assert 1 == code
    assert "cart: error: line 1, column 1: 'subprocess' is not allowed in this sandbox (profile 'strict')" in text
    assert text.splitlines()[-1].startswith("isolation: ")
    found = told("compile", "src/shop.py")
    assert [("shop", ["RATE"])] == [
        (one["module"], [definition["name"] for definition in one["definitions"]]) for one in found["modules"]
    ]
    assert 3 == typed("compile", "nowhere")[0]
    assert (
        "there is no profile 'nope'; there are strict, classroom, trusted"
        in typed("compile", "src", "--limits", "nope")[1]
    )
