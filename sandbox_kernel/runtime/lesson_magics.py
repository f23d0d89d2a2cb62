"""The magics of lessons: thin faces of the desk (`classroom.desk`), which is another process.

`register(shell)` is called by the extension in a sandbox's kernel. All this side does is to remember the newest answer to
each exercise, by watching which cells run, and to show what the desk says. No check, hint, solution or record is in here.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from IPython.core.error import UsageError
from IPython.core.magic import Magics, cell_magic, line_magic, magics_class
from IPython.display import display

from sandbox_kernel import spool
from sandbox_kernel.errors import SandboxError
from sandbox_kernel.runtime import current
from sandbox_kernel.runtime.desk import Desk, DeskRefused, directory
from sandbox_kernel.runtime.quiz_form import quiz_form

_ANSWER = re.compile(r"%%sandbox_(?:answer[ \t]+|module[^\n]*--exercise[ \t=]+)(?P<exercise>[\w.-]+)")


class AnswerFailed(SandboxError):
    """Ends a cell whose own code raised; its traceback stands above, so nothing is added."""

    def _render_traceback_(self) -> list[str]:
        return []


_NO_ERRORS = (AnswerFailed, KeyboardInterrupt, UsageError)  # the first was told with what it stands for
_MESSAGE = 500


@magics_class
class LessonMagics(Magics):
    """Magics of a lesson's notebook."""

    shell: Any  # IPython's shell; its own annotation allows None, which it is only without a kernel

    def __init__(self, shell: Any) -> None:  # Any: IPython's shell has no types
        super().__init__(shell)
        self.lesson = ""
        self._answers: dict[str, str] = {}
        self._told: BaseException | None = None
        self._targets: dict[str, str] = {}
        self._exercises: dict[str, dict[str, Any]] = {}  # Any: JSON

    def watch(self, info: Any) -> None:  # Any: IPython's ExecutionInfo
        """Before each cell: an answer is remembered even when the sandbox then refuses it."""
        source = info.raw_cell or ""
        match = _ANSWER.match(source)
        if match is not None:
            self._answers[match["exercise"]] = source.partition("\n")[2]

    def stumbled(self, result: Any) -> None:  # Any: IPython's ExecutionResult
        """After each cell: an error outside a check is told to the class, if there is one, by its last line alone."""
        error = result.error_before_exec or result.error_in_exec
        if not self.lesson or error is None or isinstance(error, _NO_ERRORS) or error is self._told:
            return
        self._told = error
        message = f"{type(error).__name__}: {error}".splitlines()[0][:_MESSAGE]
        spool.tell(Path(directory()), "stumbled", lesson=self.lesson, message=message)

    @line_magic
    def sandbox_lesson(self, line: str) -> None:
        """%sandbox_lesson ID: open a lesson in this notebook and show what it is about and what is done."""
        self.lesson = _one_word(line, "%sandbox_lesson hot-code-loading")
        reply = self._ask("open", exercises=in_voila())
        self._exercises = reply.get("exercises", {})
        self._targets = reply.get("targets", {})
        _show(reply)

    @line_magic
    def sandbox_progress(self, line: str) -> None:
        """%sandbox_progress: what is done in this lesson."""
        _show(self._ask("progress"))

    @cell_magic
    def sandbox_answer(self, line: str, cell: str) -> None:
        """%%sandbox_answer EXERCISE: run the cell as usual and remember it as the answer."""
        if in_voila():
            return self._show_exercise(line)
        self._answers[_one_word(line, "%%sandbox_answer my-exercise")] = cell
        if not self.shell.run_cell(cell).success:
            raise AnswerFailed

    @cell_magic
    def sandbox_check(self, line: str, cell: str) -> float | None:
        """%%sandbox_check EXERCISE [--traceback]: check the answer in a process of its own."""
        if in_voila():
            return None  # the exercise above has a button for it
        words = line.split()
        traceback = "--traceback" in words
        exercise = _one_word(" ".join(w for w in words if w != "--traceback"), "%%sandbox_check my-exercise")
        graded = (
            "NBGRADER_EXECUTION" in os.environ
        )  # there, a cell that neither raises nor returns points earns them all
        try:
            reply = self._ask(
                "check", exercise=exercise, check=cell, answer=self._answer(exercise), traceback=traceback
            )
        except UsageError as error:
            if not graded:
                raise
            reply = {"text": str(error), "html": "", "results": {"points": 0.0}}
        _show(reply)
        return float(reply["results"]["points"]) if graded else None

    @line_magic
    def sandbox_hint(self, line: str) -> None:
        """%sandbox_hint EXERCISE: the next hint, when it is time for one."""
        if in_voila():
            return
        _show(self._ask("hint", exercise=_one_word(line, "%sandbox_hint my-exercise")))

    @line_magic
    def sandbox_solution(self, line: str) -> None:
        """%sandbox_solution EXERCISE: one solution, after enough attempts of your own."""
        _show(self._ask("solution", exercise=_one_word(line, "%sandbox_solution my-exercise")))

    @line_magic
    def sandbox_quiz(self, line: str) -> None:
        """%sandbox_quiz ID: a question with boxes to tick; %sandbox_quiz ID a c answers without them."""
        quiz, *letters = line.split() or [""]
        if letters:
            _show(self._ask("quiz", exercise=quiz, picked="".join(letters).lower()))
        else:
            asked = self._ask("quiz", exercise=_one_word(quiz, "%sandbox_quiz my-question"))
            display(quiz_form(asked, lambda picked: self._ask("quiz", exercise=quiz, picked=picked)))

    @line_magic
    def sandbox_exercise(self, line: str) -> None:
        """%sandbox_exercise EXERCISE: an editor for the answer with check, hints and result."""
        self._show_exercise(line)

    def _show_exercise(self, line: str) -> None:
        from sandbox_kernel.runtime.exercise import ExerciseView  # 0.1 s, and most lessons are answered in cells

        exercise = _one_word(line, "%sandbox_exercise my-exercise")
        try:
            known = self._exercises.pop(exercise, None)  # of a lesson that was opened just now
            display(ExerciseView(exercise, lesson=self.lesson, prompt=not in_voila(), known=known))
        except DeskRefused as error:
            raise UsageError(str(error)) from None

    @line_magic
    def sandbox_reset(self, line: str) -> None:
        """%sandbox_reset EXERCISE: put the starter into a new cell below; your text stays where it is."""
        reply = self._ask("starter", exercise=_one_word(line, "%sandbox_reset my-exercise"))
        self.shell.set_next_input(reply["source"], replace=False)

    def _answer(self, exercise: str) -> str:
        """The newest text: of the exercise's cell, else (edited in a widget) the live text of its module."""
        if exercise in self._answers:
            return self._answers[exercise]
        return current.current().live_sources().get(self._targets.get(exercise, ""), "")

    def _ask(self, verb: str, **details: object) -> dict[str, Any]:  # Any: JSON
        try:
            return Desk(self.lesson).ask(verb, **details)
        except DeskRefused as error:
            raise UsageError(str(error)) from None


def in_voila() -> bool:
    """There are no cells to write into there, so that exercises need an editor of their own."""
    return os.environ.get("SERVER_SOFTWARE", "").startswith("voila/")


def _one_word(line: str, example: str) -> str:
    words = line.split()
    if len(words) != 1:
        raise UsageError(f"name exactly one thing, such as {example}")
    return words[0]


def _show(reply: dict[str, Any]) -> None:  # Any: JSON
    display({"text/plain": reply["text"], "text/html": reply["html"]}, raw=True)


def register(shell: Any) -> None:  # Any: IPython's shell has no types
    """Called by the extension, once per kernel."""
    magics = LessonMagics(shell)
    shell.register_magics(magics)
    shell.events.register("pre_run_cell", magics.watch)
    shell.events.register("post_run_cell", magics.stumbled)
