"""The magics of a lesson in a real kernel, with a small lesson of its own beside the notebook."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import nbformat
import pytest

from sandbox_kernel.classroom.lessons import KEY
from sandbox_kernel.classroom.run import Run, run
from sandbox_kernel.classroom.template import new_lesson
from sandbox_kernel.classroom.text import Notebook, write

pytestmark = pytest.mark.kernel

RIGHT = '%%sandbox_answer greet\ndef greet(name):\n    return f"Hello, {name}!"'
ENDLESS = "%%sandbox_answer greet\ndef greet(name):\n    while True: pass"
CRASHING = "%%sandbox_answer greet\nnothing_like_this"


def small_lesson() -> Notebook:
    lesson = new_lesson("hello", "Hello")
    lesson.metadata[KEY]["limits"]["check_seconds"] = 4
    return lesson


RESET = (
    "%sandbox_reset greet\n"
    "offered = [p for p in get_ipython().payload_manager.read_payload() if p['source'] == 'set_next_input'][0]"
)
CHECK = small_lesson().cells[4].source


def play(directory: Path, *sources: str) -> Run:
    """Runs these cells, after the one that opens the lesson, and goes on after errors."""
    write(small_lesson(), directory / "hello.ipynb")
    notebook = small_lesson()
    notebook.cells = [nbformat.v4.new_code_cell(source) for source in ("%sandbox_lesson hello", *sources)]
    for cell in notebook.cells:
        cell.metadata["tags"] = ["raises-exception"]
    return run(notebook, directory)


def said(done: Run, number: int) -> str:
    """All that cell `number` shows as plain text; the one that opens the lesson is 0."""
    return "\n".join(
        output.get("text") or output.get("data", {}).get("text/plain") or "\n".join(output.get("traceback", ()))
        for output in done.notebook.cells[number].outputs
    )


def test_a_check_with_no_answer_and_an_unknown_exercise_get_one_sentence(tmp_path: Path) -> None:
    done = play(tmp_path, CHECK, "%sandbox_hint nothing", "%sandbox_hint", "%sandbox_progress")
    assert "there is no answer for 'greet' yet" in said(done, 1)
    assert "has no exercise 'nothing'; it has greet" in said(done, 2)
    assert "name exactly one thing" in said(done, 3)
    assert "greet: not tried yet" in said(done, 4)


def test_an_answer_passes_and_opens_the_solution(tmp_path: Path) -> None:
    done = play(tmp_path, RIGHT, CHECK, "%sandbox_solution greet", "greet('Ada')", "%sandbox_progress")
    assert "greet: passed (1 of 1 points)" in said(done, 2)
    assert 'return f"Hello, {name}!"' in said(done, 3)
    assert "'Hello, Ada!'" in said(done, 4)
    assert "passed after 1 attempt" in said(done, 5)


def test_an_endless_loop_ends_at_the_limit_and_the_next_cell_works(tmp_path: Path) -> None:
    done = play(tmp_path, ENDLESS, CHECK, "1 + 1")
    assert "greet: error" in said(done, 2)
    assert "look for a loop that never ends" in said(done, 2)
    assert "2" == said(done, 3)


KEPT = "from sandbox_kernel.runtime import desk\nkept = desk._kept.process\nkept.process.pid"
SAME = "desk._kept.process is kept, kept.is_alive"


def test_all_requests_are_answered_by_forks_of_one_process(tmp_path: Path) -> None:
    done = play(tmp_path, KEPT, RIGHT, CHECK, CHECK, SAME)
    assert int(said(done, 1)) > 0
    assert [True, True] == ["greet: passed" in said(done, number) for number in (3, 4)]
    assert "(True, True)" == said(done, 5)


def test_a_check_is_made_though_that_process_was_killed(tmp_path: Path) -> None:
    killed = f"{KEPT}; kept.process.kill()"
    done = play(tmp_path, killed, RIGHT, CHECK, "import os; os.environ['NEW'] = '1'", CHECK, SAME)
    assert [True, True] == ["greet: passed" in said(done, number) for number in (3, 5)]
    assert "(False, False)" == said(done, 6)


def test_an_answer_that_raises_shows_its_traceback_once_and_can_be_checked(tmp_path: Path) -> None:
    done = play(tmp_path, CRASHING, CHECK)
    assert 1 == said(done, 1).count("name 'nothing_like_this' is not defined")
    assert "refused" in said(done, 2)


def test_under_nbgrader_a_check_returns_its_points(tmp_path: Path) -> None:
    setting = "import os\nos.environ['NBGRADER_EXECUTION'] = 'autograde'"
    done = play(tmp_path, setting, CHECK, RIGHT, CHECK)
    results = [[o for o in done.notebook.cells[n].outputs if o.output_type == "execute_result"] for n in (2, 4)]
    assert ["0.0", "1.0"] == [outputs[0]["data"]["text/plain"] for outputs in results]
    assert "NBGRADER_EXECUTION" not in os.environ


def test_a_reset_offers_the_starter_in_a_new_cell_and_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SANDBOX_KERNEL_DIR", str(tmp_path / "box"))
    done = play(tmp_path, RIGHT, CHECK, RESET, "print(offered)", "print(greet('Ada'))", CHECK)
    assert "{'source': 'set_next_input', 'text': '%%sandbox_answer greet" in said(done, 4)
    assert "raise NotImplementedError', 'replace': False}" in said(done, 4)
    assert "Hello, Ada!" in said(done, 5)
    assert "greet: passed" in said(done, 6)
    with closing(sqlite3.connect(tmp_path / "box" / ".sandbox" / "lessons.db")) as record:
        answers = [text for (text,) in record.execute("SELECT answer FROM attempt ORDER BY number")]
    assert [RIGHT.partition("\n")[2]] * 2 == [answer.rstrip("\n") for answer in answers]


def test_an_answer_is_checked_wherever_its_cell_was_and_after_it_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The check stands above the answer, and after a restart the answer's cell is not run again."""
    monkeypatch.setenv("SANDBOX_KERNEL_DIR", str(tmp_path / "box"))
    done = play(tmp_path, CHECK, RIGHT)
    assert "there is no answer for 'greet' yet" in said(done, 1)
    assert "greet: passed" in said(play(tmp_path, RIGHT, CHECK), 2)
    assert "greet: passed" in said(play(tmp_path, CHECK), 1)


def test_a_traceback_is_shown_only_when_asked_for(tmp_path: Path) -> None:
    failing = "%%sandbox_answer greet\ndef greet(name):\n    return name.shout()"
    with_traceback = CHECK.replace("%%sandbox_check greet", "%%sandbox_check greet --traceback")
    done = play(tmp_path, failing, CHECK, with_traceback)
    assert "AttributeError at line 2 of answer" in said(done, 2)
    assert "Traceback" not in said(done, 2)
    assert "Traceback (most recent call last)" in said(done, 3)


def test_without_an_open_lesson_the_magics_say_how_to_open_it(tmp_path: Path) -> None:
    notebook = small_lesson()
    notebook.cells = [nbformat.v4.new_code_cell("%sandbox_progress", metadata={"tags": ["raises-exception"]})]
    done = run(notebook, tmp_path)
    assert "no lesson is open in this notebook; run its first code cell" in said(done, 0)
