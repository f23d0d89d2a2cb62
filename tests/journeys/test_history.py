"""A sandbox's past on a real kernel: undo, redo, tags, bisection, saved state, export and import."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.journeys.notebook import Notebook, module_cell

pytestmark = pytest.mark.kernel

COUNTER = """\
from sandbox_kernel import ChildSpec, Reply, Supervisor, Worker


class Counter(Worker):
    def init(self):
        return {"count": 0}

    def handle_call(self, request, sender, state):
        state = {"count": state["count"] + 1}
        return Reply(state["count"], state)


def tree():
    return Supervisor([ChildSpec("counter", Counter, name="counter")])
"""


def total(number: int) -> str:
    return f"def total(prices):\n    return sum(prices) + {number}\n"


def test_undo_and_redo_walk_through_the_changes(notebook: Notebook) -> None:
    for number in range(3):
        notebook.cell(module_cell(total(number), "sums"))
    assert "sums v2 is live again" in notebook.cell("%sandbox_undo")
    assert "1" == notebook.cell("sums.total([])")
    notebook.cell("%sandbox_undo")
    assert "sums v2 is live" in notebook.cell("%sandbox_redo")
    assert "1" == notebook.cell("sums.total([])")
    notebook.cell("%sandbox_undo\n%sandbox_undo")
    text, _ = notebook.error("import sys\ndel sums\nassert 'sums' not in sys.modules\nimport sums")
    assert "" == text
    assert not (notebook.directory / "sandboxes" / "nb" / "sums.py").exists()
    assert "there is nothing to undo" in notebook.error("%sandbox_undo")[1]
    notebook.cell("%sandbox_redo")
    assert "0" == notebook.cell("sums.total([])")
    assert "undo" in notebook.cell("%sandbox_timeline")


def test_bisect_finds_the_version_that_broke_it_and_touches_nothing_live(notebook: Notebook) -> None:
    notebook.cell(module_cell("def old_name(prices):\n    return 0\n", "sums"))
    for number in (0, 0, 1, 2, 3):
        notebook.cell(module_cell(total(number) + f"# edition {number} {id(number)}\n", "sums"))
        notebook.run(module_cell(total(number) + f"\n# {number} again\n", "sums"))
    found = notebook.cell("%sandbox_bisect sums 'sums.total([1, 2]) == 3'")
    broken = int(found.split("version ")[1].split()[0])
    assert "broke it" in found
    assert "sum(prices) + 1" in notebook.cell(f"%sandbox_diff sums {broken - 1} {broken}")
    assert "3" == notebook.cell("sums.total([])")
    assert "the check is no expression" in notebook.error("%sandbox_bisect sums 'x ='")[1]


def test_a_tag_names_a_version(notebook: Notebook) -> None:
    notebook.cell(module_cell(total(0), "sums"))
    notebook.cell("%sandbox_tag sums works")
    notebook.cell(module_cell(total(9), "sums"))
    assert "[works]" in notebook.cell("%sandbox_history sums")
    notebook.cell("%sandbox_rollback sums works")
    assert "0" == notebook.cell("sums.total([])")


def test_a_rollback_brings_the_saved_state_back_when_asked(notebook: Notebook) -> None:
    notebook.cell(module_cell(COUNTER, "counter"))
    notebook.cell("%sandbox_start counter\nfrom sandbox_kernel import call")
    assert "1" == notebook.cell("call('counter', 1)")
    notebook.cell(module_cell(COUNTER.replace("+ 1", "+ 100"), "counter"))
    assert "101" == notebook.cell("call('counter', 1)")
    notebook.cell("%sandbox_rollback counter 1")
    assert "102" == notebook.cell("call('counter', 1)")
    assert "no state was saved with version 2" not in notebook.cell("%sandbox_rollback counter 2 --state")
    assert "201" == notebook.cell("call('counter', 1)")
    notebook.cell("%sandbox_rollback counter 1 --state")
    assert "103" == notebook.cell("call('counter', 1)")


def test_a_history_moves_to_another_sandbox_as_one_file(notebook: Notebook, tmp_path: Path) -> None:
    for number in range(3):
        notebook.cell(module_cell(total(number), "sums"))
    notebook.cell("%sandbox_rollback sums 2")
    assert "lines written" in notebook.cell("%sandbox_export past.jsonl")
    exported = next(tmp_path.rglob("past.jsonl"))
    (tmp_path / "other").mkdir()
    other = Notebook(tmp_path / "other")
    try:
        (tmp_path / "other" / "sandboxes" / "nb" / "past.jsonl").write_bytes(exported.read_bytes())
        assert "3 versions read" in other.cell("%sandbox_import past.jsonl")
        assert "1" == other.cell("sums.total([])")
        assert "3 versions, version 2 is live" in other.cell("%sandbox_history sums")
        assert "has a history already" in other.error("%sandbox_import past.jsonl")[1]
    finally:
        other.close()


def test_a_history_has_its_counts_and_a_diff_both_forms(notebook: Notebook) -> None:
    notebook.cell(module_cell(total(0), "sums"))
    notebook.cell(module_cell(total(1), "sums"))
    notebook.cell("%sandbox_rollback sums -1")
    assert "3 changes accepted, 0 refused, 1 rollback; +3 -1 lines" in notebook.cell("%sandbox_history sums")
    shown = notebook.cell("%sandbox_diff sums 1 2 --side-by-side")
    assert "return sum(prices) + 0 |     return sum(prices) + 1" in shown


def test_all_saved_files_are_compiled_and_old_versions_forgotten_on_request(notebook: Notebook) -> None:
    for number in range(4):
        notebook.cell(module_cell(total(number), "sums"))
    notebook.cell("%sandbox_tag sums first 1")
    (notebook.directory / "sandboxes" / "nb" / "more.py").write_text("import sums\nprint(sums.totl)\n")
    shown = notebook.cell("%sandbox_compile")
    assert "did not compile 2 modules" in shown
    assert "AttributeError: module 'sums' has no attribute 'totl'" in shown
    assert "compiled 2 modules" in notebook.cell("%sandbox_compile --no-trial")
    assert "1 version forgotten; the newest 2 of each module stay" in notebook.cell("%sandbox_forget 2")
    assert "[first]" in notebook.cell("%sandbox_history sums")
    assert "'first' names no version of sums any more" in notebook.cell("%sandbox_tag sums first --remove")
    assert "3" == notebook.cell("sums.total([])")


def test_an_older_change_is_undone_by_its_number(notebook: Notebook) -> None:
    notebook.cell(module_cell(total(0), "sums"))
    notebook.cell(module_cell(total(5), "sums"))
    notebook.cell(module_cell("x = 1\n", "other"))
    number = next(line.split()[0] for line in notebook.cell("%sandbox_timeline").splitlines() if "v1 → v2" in line)
    assert "sums v1 is live again" in notebook.cell(f"%sandbox_undo {number}")
    assert "(0, 1)" == notebook.cell("sums.total([]), other.x")
