"""What somebody in a lesson does: opens it, answers an exercise rightly or wrongly, checks it. From the shipped course."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from sandbox_kernel.classroom.course import load_course
from sandbox_kernel.classroom.lessons import Lesson, load_lesson
from sandbox_kernel.classroom.quiz import letter, read_quiz

COURSE = Path(__file__).parent.parent.parent / "lessons"
LESSON = "functions"


def lesson(name: str = LESSON, course: Path = COURSE) -> Lesson:
    found = load_course(course)
    entry = found.entry(name)
    assert entry is not None
    return load_lesson(found.whole_path(entry))


def opening(of: Lesson) -> str:
    return f"%sandbox_lesson {of.id}"


def setup(of: Lesson) -> list[str]:
    """The lesson's own cells before its first exercise."""
    found = []
    for cell in of.cells:
        if cell.role == "exercise":
            return found
        if cell.role in ("setup", "module", "demo") and cell.cell_type == "code":
            found.append(cell.source)
    return found


def answers(of: Lesson, exercise: str) -> Mapping[str, str]:
    """Cells to run: `right`, `wrong` (the starter with a comment), `check`."""
    one = of.exercises[exercise]
    visible = [cell for cell in one.checks if cell.meta.get("visibility") != "server"]
    return {
        "right": one.solutions[0].source,
        "wrong": one.starter.source + "\n# not done yet\n",
        "check": visible[0].source,
    }


def right_letters(of: Lesson, quiz: str) -> str:
    """The answer of a question, as `%sandbox_quiz` takes it."""
    (cell,) = [cell for cell in of.cells if cell.role == "quiz" and cell.id == quiz]
    found = read_quiz(cell.source)
    return "".join(letter(number) for number, choice in enumerate(found.choices) if choice.text in found.right)
