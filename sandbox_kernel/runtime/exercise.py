"""One exercise of a lesson as a widget: prompt, editor, check, hints in steps, and what was expected and came instead.

Checks, hints and records are the desk's, in another process; here is only what is written and how far the learner is.
What is written and not checked yet is kept in the sandbox's directory, so that a page that is loaded again has it.
"""

from __future__ import annotations

from typing import Any

import traitlets

from sandbox_kernel import wire
from sandbox_kernel.runtime import drafts
from sandbox_kernel.runtime.desk import Desk, DeskRefused, Reply
from sandbox_kernel.runtime.widgets import RELOADS, Link, SandboxWidget, css_length, this_kernel


class ExerciseView(SandboxWidget):
    """An exercise to be answered here. `lesson` is the one that the notebook has opened unless given.

    `answer` is the text in the editor; `passed` and `points` tell how far the learner is. `prompt` says whether the
    task is shown, which a notebook may have told already; `known` is what the desk has said of the exercise, if it has.
    """

    _events = RELOADS

    exercise = traitlets.Unicode().tag(sync=True)
    answer = traitlets.Unicode().tag(sync=True)
    passed = traitlets.Bool(False).tag(sync=True)
    points = traitlets.Float(0.0).tag(sync=True)
    prompt = traitlets.Bool(True).tag(sync=True)
    height = traitlets.Unicode("240px").tag(sync=True)
    info = traitlets.Dict().tag(sync=True)
    """How far the learner is, as `wire.ExerciseInfo`: a page that is loaded again needs to ask nobody."""

    def __init__(
        self,
        exercise: str,
        *,
        lesson: str = "",
        prompt: bool = True,
        height: int | str = 240,
        known: Reply | None = None,
        link: Link | None = None,
        **values: Any,  # Any: values of traits
    ) -> None:
        link = link or this_kernel()
        self._desk = Desk(lesson or _opened_lesson())
        self._asked = exercise
        self._sandbox = link.handler
        info = self._info_of(known if known is not None else self._desk.ask("exercise", exercise=exercise))
        super().__init__(
            link=Link(self._handle, link.subscribe),
            exercise=exercise,
            answer=self._draft() or info.answer or info.starter,
            passed=info.status == "pass",
            points=info.points,
            info=wire.to_builtins(info),
            prompt=prompt,
            height=css_length(height),
            **values,
        )
        self.observe(self._keep_draft, "answer")

    def _handle(self, request: wire.Request) -> wire.Reply:
        match request:
            case wire.GetExercise():
                return self._look()
            case wire.CheckAnswer(answer=answer):
                return self._check(answer)
            case wire.GetHint():
                return self._look(note=str(self._desk.ask("hint", exercise=self._asked).get("then", "")))
            case wire.GetSolution():
                return self._solution()
        return self._sandbox(request)

    def _look(self, *, note: str = "", solution: str = "") -> wire.ExerciseInfo:
        found = self._info_of(self._desk.ask("exercise", exercise=self._asked), note=note, solution=solution)
        self.info = wire.to_builtins(found)
        return found

    def _info_of(self, reply: Reply, *, note: str = "", solution: str = "") -> wire.ExerciseInfo:
        return wire.ExerciseInfo(
            lesson=self._desk.lesson, exercise=self._asked, note=note, solution=solution, **_known(reply)
        )

    def _check(self, answer: str) -> wire.AnswerChecked:
        results = self._desk.ask("check", exercise=self._asked, answer=answer, all=True)["results"]
        info = self._look()
        self.passed, self.points = info.status == "pass", info.points
        names = wire.TestReport.__struct_fields__
        tests = [wire.TestReport(**{name: test[name] for name in names if name in test}) for test in results["tests"]]
        return wire.AnswerChecked(
            status=results["status"],
            message=results["message"],
            points=results["points"],
            max_points=results["max_points"],
            tests=tests,
            info=info,
        )

    def _solution(self) -> wire.ExerciseInfo:
        reply = self._desk.ask("solution", exercise=self._asked)
        code = str(reply.get("code", ""))
        return self._look(solution=code, note="" if code else reply["text"])

    # -- what is written and not checked yet ----------------------------------------------------------------------

    def _keep_draft(self, change: dict[str, Any]) -> None:  # Any: as traitlets tells it
        drafts.keep(self._draft_name, change["new"])

    @property
    def _draft_name(self) -> str:
        return f"exercise {self._desk.lesson} {self._asked}"

    def _draft(self) -> str:
        found = drafts.kept(self._draft_name)
        return found if isinstance(found, str) else ""


def _known(reply: Reply) -> Reply:
    """The desk's words for it, without what a later desk may say more."""
    return {name: reply[name] for name in wire.ExerciseInfo.__struct_fields__ if name in reply}


def _opened_lesson() -> str:
    """The lesson that `%sandbox_lesson` opened in this notebook. Raises DeskRefused when none is."""
    from IPython.core.getipython import get_ipython

    shell: Any = get_ipython()  # Any: IPython's shell, or None outside a kernel
    magics = shell.magics_manager.registry.get("LessonMagics") if shell is not None else None
    lesson = str(getattr(magics, "lesson", ""))
    if not lesson:
        raise DeskRefused("no lesson is open in this notebook; run its first code cell, %sandbox_lesson, first")
    return lesson
