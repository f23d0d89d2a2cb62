"""Messages about the exercises of a lesson. Public through `wire`, which alone imports them.

Only a widget asks them, and the desk (`classroom.desk`) answers: what a check is, and which hint is next, is in no
learner's process.
"""

from __future__ import annotations

from typing import Literal

from sandbox_kernel.wire_records import Message, Record

Mark = Literal["pass", "fail", "error"]


class GetExercise(Message):
    """What an exercise is and how far the learner is. Answered by ExerciseInfo."""

    exercise: str


class CheckAnswer(Message):
    """Judge an answer; it is kept as an attempt. Answered by AnswerChecked."""

    exercise: str
    answer: str


class GetHint(Message):
    """The next hint, when it is time for one. Answered by ExerciseInfo."""

    exercise: str


class GetSolution(Message):
    """One solution, after enough attempts. Answered by ExerciseInfo."""

    exercise: str


class TestReport(Record):
    """One test of a check. `message` says what was expected, what came instead, and what to do next."""

    name: str
    status: Mark
    description: str = ""
    message: str = ""
    output: str = ""
    seconds: float = 0.0


class ExerciseInfo(Message):
    """`prompt` and `hints` are HTML of the lesson's author. `module` is empty unless the answer is one; `answer` is the
    newest that was checked; `note` says why a hint or the solution is not shown yet."""

    lesson: str
    exercise: str
    prompt: str
    starter: str
    module: str = ""
    answer: str = ""
    status: Literal["", "pass", "fail", "error"] = ""
    points: float = 0.0
    max_points: float = 0.0
    attempts: int = 0
    hints: list[str] = []
    hints_total: int = 0
    solution: str = ""
    note: str = ""


class AnswerChecked(Message):
    """`message` is about the whole answer, such as one that cannot be loaded."""

    status: Mark
    message: str
    points: float
    max_points: float
    tests: list[TestReport]
    info: ExerciseInfo
