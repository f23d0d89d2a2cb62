"""The desk of a lesson: one request in on standard input, one reply out, in a process of its own.

The magics in the learner's kernel are thin faces of it, so that the course, the hints, the solutions, the checks and the
record of attempts never are in the process that learner code runs in. Each request has a process of its own, and nothing
is left over that could hang: with `--stay` it is forked from one that waits for the next (`prepared`). A request: {"verb",
"lesson", "start", "directory", ...}; a reply: {"text", "html"} and for some verbs more, or {"refused": one sentence}.
"""

from __future__ import annotations

import ctypes
import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from sandbox_kernel import prepared, spool
from sandbox_kernel.classroom import nursery_process, pages
from sandbox_kernel.classroom.course import find_lesson
from sandbox_kernel.classroom.grader import grade
from sandbox_kernel.classroom.lessons import Cell, Exercise, Lesson, LessonError
from sandbox_kernel.classroom.nursery import Nursery, forked
from sandbox_kernel.classroom.progress import Progress, Standing
from sandbox_kernel.classroom.quiz import Quiz, judge, letter, read_quiz
from sandbox_kernel.classroom.results import Results
from sandbox_kernel.classroom.unforked import Unforked

Reply = dict[str, Any]  # JSON
STAY = "--stay"
_PR_SET_DUMPABLE = 4


class Desk:
    """Answers one request for one lesson."""

    def __init__(
        self,
        lesson: Lesson,
        progress: Progress,
        request: Mapping[str, Any],  # Any: JSON
        source: Nursery | Unforked | None = None,
    ) -> None:
        self._lesson, self._progress, self._request, self._source = lesson, progress, request, source

    def answer(self) -> Reply:
        verbs: dict[str, Callable[[], Reply]] = {
            "open": self._open,
            "progress": self._open,
            "check": self._check,
            "hint": self._hint,
            "solution": self._solution,
            "starter": self._starter,
            "exercise": self._show,
            "quiz": self._quiz,
        }
        verb = verbs.get(self._request["verb"])
        if verb is None:
            raise LessonError(f"the desk knows no '{self._request['verb']}'; it knows {', '.join(verbs)}")
        return verb()

    def _exercise(self) -> Exercise:
        name = self._request.get("exercise", "")
        exercise = self._lesson.exercises.get(name)
        if exercise is None:
            known = ", ".join(self._lesson.exercises)
            raise LessonError(f"the lesson '{self._lesson.id}' has no exercise '{name}'; it has {known}")
        return exercise

    def _standing(self, exercise: str) -> Standing:
        return self._progress.standing(self._lesson.id, self._lesson.version, exercise)

    def _open(self) -> Reply:
        standings = {name: self._standing(name) for name in self._lesson.exercises}
        if self._request["verb"] == "open":
            self._tell("opened", version=self._lesson.version)
        shown = self._lesson.exercises.values() if self._request.get("exercises") else ()
        return {
            "exercises": {exercise.id: self._shown(exercise) for exercise in shown},
            "text": pages.lesson_text(self._lesson, standings),
            "html": pages.lesson_html(self._lesson, standings),
            "targets": {name: e.target for name, e in self._lesson.exercises.items() if e.is_module},
        }

    def _check(self) -> Reply:
        exercise = self._exercise()
        answer = self._request.get("answer") or self._progress.last_answer(self._lesson.id, exercise.id)
        if not answer:
            raise LessonError(
                f"there is no answer for '{exercise.id}' yet: run the cell with your answer, then this one"
            )
        own = self._own_checks(exercise)
        changed = Cell("your-check", "code", "check", self._request.get("check", ""), {"points": 0})
        results = grade(self._lesson, exercise, answer, checks=own or (changed,), nursery=self._source)
        if own:
            counts = answer.strip() != exercise.starter.body.strip()
            self._progress.record(self._lesson.id, self._lesson.version, answer, results, counts=counts)
            self._tell_checked(exercise, answer, results, counts=counts)
        traceback = bool(self._request.get("traceback"))
        return {
            "text": pages.results_text(results, traceback=traceback),
            "html": pages.results_html(results, traceback=traceback),
            "results": results.to_json(),
        }

    def _own_checks(self, exercise: Exercise) -> tuple[Cell, ...]:
        """All checks of the exercise that learners have, when one of them was run: passing one of two is no pass.

        None when the text is no check of the lesson's: a changed check is run, and counts for nothing.
        """
        visible = tuple(cell for cell in exercise.checks if cell.meta.get("visibility") != "server")
        asked = str(self._request.get("check", "")).strip()
        is_own = self._request.get("all") or any(cell.body.strip() == asked for cell in visible)
        return visible if is_own else ()

    def _tell(self, kind: str, **facts: object) -> None:
        spool.tell(Path(self._request["directory"]), kind, lesson=self._lesson.id, **facts)

    def _tell_checked(self, exercise: Exercise, answer: str, results: Results, *, counts: bool) -> None:
        self._tell(
            "checked",
            version=self._lesson.version,
            exercise=exercise.id,
            answer=answer,
            status=results.status,
            points=results.points,
            max_points=results.max_points,
            message=next(iter(results.said().splitlines()), "")[:500],
            counts=counts,
        )

    def _hint(self) -> Reply:
        exercise = self._exercise()
        standing, first = self._standing(exercise.id), self._lesson.policy.hint_after_attempts
        missing = first + standing.hints - standing.failed
        if not exercise.hints:
            note = f"'{exercise.id}' has no hints; its prompt says all there is"
            return {**_note(note), "then": note}
        if standing.status == "pass":
            shown = len(exercise.hints)
        elif missing > 0 and standing.hints < len(exercise.hints):
            more = "an answer" if standing.attempts == 0 else "one more answer"
            tries = more if missing == 1 else f"{missing} more answers"
            which = "The first hint" if standing.hints == 0 else "The next hint"
            text = f"{which} for '{exercise.id}' opens when you have checked {tries} of your own."
            return self._hints(exercise, standing.hints, text)
        else:
            shown = min(standing.hints + 1, len(exercise.hints))
        if shown > standing.hints:
            self._progress.record_hint(self._lesson.id, exercise.id, shown)
            self._tell("hinted", exercise=exercise.id, position=shown)
        return self._hints(exercise, shown, "")

    def _hints(self, exercise: Exercise, shown: int, then: str) -> Reply:
        texts = [cell.source for cell in exercise.hints[:shown]]
        notes = [*texts, *([then] if then else [])]
        return {
            "text": "\n\n".join(notes),
            "html": "".join(pages.note_html(n) for n in notes),
            "markdown": texts,
            "then": then,
        }

    def _solution(self) -> Reply:
        exercise = self._exercise()
        standing, needed = self._standing(exercise.id), self._lesson.policy.solution_after_attempts
        if standing.status != "pass" and standing.failed < needed:
            left = needed - standing.failed
            tries = "one more attempt" if left == 1 else f"{left} more attempts"
            return _note(
                f"The solution of '{exercise.id}' opens after {tries} of your own; %sandbox_hint may help first."
            )
        if not exercise.solutions:
            return _note(f"The solution of '{exercise.id}' is with your teacher; ask there when you want to see it.")
        code = "\n\n".join(cell.body for cell in exercise.solutions)
        title = f"One solution of '{exercise.id}' (yours may differ and be as good):"
        return {"text": f"{title}\n{code}", "html": pages.code_html(title, code), "code": code}

    def _quiz(self) -> Reply:
        """The question, or (with `picked`, letters such as "ac") what is to say about an answer."""
        name = self._request.get("exercise", "")
        cell = next((cell for cell in self._lesson.cells if cell.role == "quiz" and cell.id == name), None)
        if cell is None:
            raise LessonError(f"the lesson '{self._lesson.id}' has no quiz '{name}'; see the cell's metadata")
        quiz, picked = read_quiz(cell.source), self._request.get("picked")
        if picked is None:
            choices = [choice.text for choice in quiz.choices]
            kind = cell.meta.get("kind", "multi")
            return {**_quiz_page(quiz), "question": quiz.question, "choices": choices, "kind": kind}
        passed, notes = judge(quiz, {ord(each) - ord("a") for each in picked})
        results = Results(name, "pass" if passed else "fail", message=" ".join(notes))
        self._progress.record(self._lesson.id, self._lesson.version, picked, results, counts=True)
        self._tell("quizzed", quiz=name, picked=picked, right=passed)
        said = "Right." if passed else "Not yet. " + " ".join(notes)
        return {"text": said, "html": pages.note_html(said, kind=results.status)}

    def _show(self) -> Reply:
        return self._shown(self._exercise())

    def _shown(self, exercise: Exercise) -> Reply:
        """All that a view of an exercise shows, but the checks."""
        standing = self._standing(exercise.id)
        return {
            "prompt": pages.markdown_html("\n\n".join(cell.source for cell in exercise.prompts)),
            "starter": exercise.starter.body,
            "module": exercise.target if exercise.is_module else "",
            "answer": self._progress.last_answer(self._lesson.id, exercise.id),
            "status": standing.status or "",
            "points": standing.best_points,
            "max_points": exercise.points,
            "attempts": standing.attempts,
            "hints": [pages.markdown_html(cell.source) for cell in exercise.hints[: standing.hints]],
            "hints_total": len(exercise.hints),
        }

    def _starter(self) -> Reply:
        exercise = self._exercise()
        return {"text": exercise.starter.source, "html": "", "source": exercise.starter.source}


def _quiz_page(quiz: Quiz) -> Reply:
    rows = [f"{letter(number)}) {choice.text}" for number, choice in enumerate(quiz.choices)]
    text = "\n".join([quiz.question, *rows])
    return {"text": text, "html": pages.list_html(quiz.question, rows)}


def _note(text: str) -> Reply:
    return {"text": text, "html": pages.note_html(text, kind="fail")}


def answer(request: Mapping[str, Any], source: Nursery | Unforked | None = None) -> Reply:  # Any: JSON
    """Never raises for a request of a right form: what cannot be done is `refused`, in one sentence.

    Answers to be checked run in processes of `source`; left out, one is made when it is needed.
    """
    progress = Progress(Path(request["directory"]) / ".sandbox")
    try:
        lesson = find_lesson(request["lesson"], Path(request["start"]))
        return Desk(lesson, progress, request, source).answer()
    except LessonError as error:
        return {"refused": str(error)}
    finally:
        progress.close()


def _close_to_others() -> None:
    """Other processes of the same user may then not read this one's memory (Linux; elsewhere the user's right stands)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def _answer_forked(request: Reply) -> Reply:
    """In a process forked for this request. The nursery comes first: nothing of the lesson is in memory yet."""
    if request["verb"] != "check":
        return answer(request)
    with Nursery(start=forked) as source:
        return answer(request, source)


def main(arguments: list[str]) -> None:
    _close_to_others()
    if STAY in arguments:
        prepared.serve(prepared.handed_over(), _answer_forked, nursery_process.load)
    else:
        json.dump(answer(json.load(sys.stdin)), sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1:])
