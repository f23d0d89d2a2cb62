"""What makes a lesson fit to ship: every rule, each finding with the cell and what to do.

`static_findings` reads; `check_findings` runs every check against the solution, the starter and the wrong answers;
`run_findings` runs the student copy in a real kernel. The command runs all three.
"""

from __future__ import annotations

import ast
import re
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from nbformat.validator import iter_validate

from sandbox_kernel.classroom import schema
from sandbox_kernel.classroom.grader import grade
from sandbox_kernel.classroom.lessons import (
    CODE_ROLES,
    KEY,
    TEXT_ROLES,
    Cell,
    Exercise,
    Lesson,
    lesson_from_notebook,
)
from sandbox_kernel.classroom.nursery import nursery
from sandbox_kernel.classroom.quiz import read_quiz
from sandbox_kernel.classroom.results import Results
from sandbox_kernel.classroom.run import run, twice
from sandbox_kernel.classroom.student import student_copy
from sandbox_kernel.classroom.text import Notebook, write

_IMAGE = re.compile(r"!\[(?P<alt>[^\]]*)\]\([^)]*\)")
_HTML_IMAGE = re.compile(r"<img\b(?P<attributes>[^>]*)>", re.IGNORECASE)
_SVG = re.compile(r"<svg\b.*?</svg>", re.IGNORECASE | re.DOTALL)
_ADDRESS = re.compile(r"https?://")
_NETWORK_MODULES = frozenset(
    {
        "aiohttp",
        "ftplib",
        "http",
        "httpx",
        "requests",
        "smtplib",
        "socket",
        "urllib",
        "urllib3",
        "websocket",
        "websockets",
    }
)


Check = Callable[[Exercise, str], Results]


@dataclass(frozen=True, slots=True)
class Finding:
    """`rule` is a short name that stays the same; `cell` is an id, empty for the whole lesson."""

    rule: str
    cell: str
    message: str

    def __str__(self) -> str:
        return f"{self.cell or 'lesson'}: {self.message} [{self.rule}]"


def static_findings(notebook: Notebook) -> list[Finding]:
    """What reading alone shows. `notebook` is the whole lesson, built."""
    found = list(_format_findings(notebook))
    if found:
        return found  # the rest would only say the same again in other words
    lesson = lesson_from_notebook(notebook)
    found += _id_findings(lesson)
    for cell in lesson.cells:
        found += [*_cell_findings(cell), *_network_findings(cell), *_image_findings(cell)]
        found += _quiz_findings(cell)
    for exercise in lesson.exercises.values():
        found += _exercise_findings(exercise)
    found += [*_goal_findings(lesson), *_stray_findings(lesson)]
    return found


def check_findings(lesson: Lesson) -> list[Finding]:
    """Runs each exercise's checks on its solutions (twice), its starter and its wrong answers."""
    found: list[Finding] = []
    with nursery() as answers:
        check = partial(grade, lesson, nursery=answers)
        for exercise in lesson.exercises.values():
            for solution in exercise.solutions:
                found += _solution_findings(check, lesson.limits.check_seconds, exercise, solution)
            found += _starter_findings(check, exercise)
            for wrong in exercise.wrongs:
                found += _wrong_findings(check, exercise, wrong)
    return found


def _format_findings(notebook: Notebook) -> Iterator[Finding]:
    for error in iter_validate(notebook):  # unlike `validate` it repairs nothing
        yield Finding("nbformat", "", f"this is no valid notebook: {error.message}")
    manifest = notebook.metadata.get(KEY)
    if manifest is None:
        yield Finding("manifest", "", f"the metadata has no '{KEY}'; start with `lesson new`")
        return
    for fault in schema.manifest_faults(manifest):
        yield Finding("manifest", "", fault)
    for cell in notebook.cells:
        meta = cell.metadata.get(KEY)
        if meta is None:
            yield Finding("role", cell.id, "this cell has no role; give it one of prompt, setup, demo and so on")
            continue
        for fault in schema.cell_faults(meta):
            yield Finding("cell-keys", cell.id, fault)
        if cell.cell_type == "code" and (cell.outputs or cell.execution_count is not None):
            yield Finding(
                "no-outputs", cell.id, "outputs are stored; clear them, they are made again by whoever runs it"
            )


def _id_findings(lesson: Lesson) -> Iterator[Finding]:
    for cell_id, times in Counter(cell.id for cell in lesson.cells).items():
        if times > 1:
            yield Finding("unique-ids", cell_id, f"{times} cells have this id; give each its own")


def _cell_findings(cell: Cell) -> Iterator[Finding]:
    wanted = "code" if cell.role in CODE_ROLES else "markdown" if cell.role in TEXT_ROLES else cell.cell_type
    if cell.cell_type != wanted:
        yield Finding("cell-type", cell.id, f"a cell with role '{cell.role}' is a {wanted} cell")
        return
    said = cell.source.partition("\n")[0]
    for wanted_line in _wanted_magics(cell):
        if wanted_line not in said:
            yield Finding(
                "magic", cell.id, f"the first line must have '{wanted_line}' as the metadata says, not '{said}'"
            )


def _wanted_magics(cell: Cell) -> Iterator[str]:
    if cell.role == "module":
        yield f"%%sandbox_module {cell.meta['name']}"
    elif cell.role == "check":
        yield f"%%sandbox_check {cell.meta['exercise']}"
    elif cell.role in ("exercise", "solution", "wrong"):
        name = cell.id if cell.role == "exercise" else cell.meta["exercise"]
        module = cell.magic is not None and cell.magic.name == "module"
        yield f"--exercise {name}" if module else f"%%sandbox_answer {name}"


def _network_findings(cell: Cell) -> Iterator[Finding]:
    if cell.cell_type != "code":
        return
    if _ADDRESS.search(cell.source):
        yield Finding("no-network", cell.id, "code names an address on the network; a lesson must run without one")
    for name in sorted(_imported(cell.body) & _NETWORK_MODULES):
        yield Finding("no-network", cell.id, f"code imports '{name}'; a lesson must run without a network")


def _imported(source: str) -> set[str]:
    try:
        tree = ast.parse(source)
    except SyntaxError:  # magics, or a lesson about syntax errors
        return set()
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    return {name.partition(".")[0] for name in names}


def _image_findings(cell: Cell) -> Iterator[Finding]:
    bare = [match for match in _IMAGE.finditer(cell.source) if not match["alt"].strip()]
    bare_html = [m for m in _HTML_IMAGE.finditer(cell.source) if not re.search(r'\balt="[^"]+"', m["attributes"])]
    bare_svg = [m for m in _SVG.finditer(cell.source) if not re.search(r'aria-label="[^"]+"|<title>', m[0])]
    if cell.cell_type == "markdown" and (bare or bare_html or bare_svg):
        yield Finding("alt-text", cell.id, "a picture has no alternative text; say in one sentence what it shows")


def _quiz_findings(cell: Cell) -> Iterator[Finding]:
    if cell.role != "quiz":
        return
    quiz = read_quiz(cell.source)
    right = len(quiz.right)
    if len(quiz.choices) < 2 or not quiz.question:
        yield Finding("quiz", cell.id, "a quiz needs a question and at least two choices that begin with '- [ ] '")
    elif right == 0 or (right > 1 and cell.meta["kind"] == "single"):
        yield Finding(
            "quiz", cell.id, f"{right} choices are marked with [x]; a single one has one, a multi one at least one"
        )


def _exercise_findings(exercise: Exercise) -> Iterator[Finding]:
    for name, cells in (
        ("prompt", exercise.prompts),
        ("check", exercise.checks),
        ("solution", exercise.solutions),
        ("hint", exercise.hints),
    ):
        if not cells:
            yield Finding("complete", exercise.id, f"this exercise has no {name}; add one with exercise: {exercise.id}")
    points = sum(float(cell.meta["points"]) for cell in exercise.checks)
    if exercise.checks and points != exercise.points:
        yield Finding(
            "points", exercise.id, f"its checks give {points:g} points, it says {exercise.points:g}; make them equal"
        )
    for check in exercise.checks:
        yield from _asserts_findings(check)


def _asserts_findings(check: Cell) -> Iterator[Finding]:
    try:
        tree = ast.parse(check.body)
    except SyntaxError as error:
        yield Finding("check-code", check.id, f"this check does not parse: {error.msg} at line {error.lineno}")
        return
    tests = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")]
    if not tests:
        yield Finding("check-code", check.id, "a check needs at least one function whose name starts with test_")
    for test in tests:
        if not ast.get_docstring(test):
            yield Finding("check-words", check.id, f"{test.name} needs a docstring: it is what the learner reads")
        for node in ast.walk(test):
            if isinstance(node, ast.Assert) and node.msg is None:
                yield Finding("check-words", check.id, f"{test.name} has an assert without a next step for the learner")


def _goal_findings(lesson: Lesson) -> Iterator[Finding]:
    used = {goal for exercise in lesson.exercises.values() for goal in exercise.goals}
    for goal in lesson.goals:
        if goal not in used:
            yield Finding("goals", "", f"no exercise practises the goal '{goal}'; add one or drop the goal")
    for exercise in lesson.exercises.values():
        for goal in exercise.goals:
            if goal not in lesson.goals:
                yield Finding("goals", exercise.id, f"the lesson has no goal '{goal}'; name one of its goals")


def _stray_findings(lesson: Lesson) -> Iterator[Finding]:
    """A check, hint or answer of an exercise that is not there would silently do nothing."""
    for cell in lesson.cells:
        name = cell.meta.get("exercise")
        if name is not None and name not in lesson.exercises:
            known = ", ".join(lesson.exercises) or "none"
            yield Finding("stray", cell.id, f"the lesson has no exercise '{name}'; name one of its exercises ({known})")
    for exercise in lesson.exercises.values():
        orders = [cell.meta.get("order") for cell in exercise.hints]
        if orders != list(range(1, len(orders) + 1)):
            yield Finding("stray", exercise.id, f"its hints have the orders {orders}; count them from 1")


def _solution_findings(check: Check, limit: float, exercise: Exercise, solution: Cell) -> Iterator[Finding]:
    runs = [check(exercise, solution.body) for _ in range(2)]
    for results in runs:
        if results.status != "pass":
            yield Finding("solution", solution.id, f"this solution does not pass: {_why(results)}")
    for tests in zip(*(results.tests for results in runs), strict=True):
        seconds = min(test.seconds for test in tests)  # the better of two: a busy machine is not the check's fault
        if seconds >= limit / 2:
            yield Finding("slow", solution.id, f"{tests[0].name} took {seconds:g} s of {limit:g}; stay under half")


def _starter_findings(check: Check, exercise: Exercise) -> Iterator[Finding]:
    results = check(exercise, exercise.starter.body)
    if results.status == "pass":
        yield Finding("starter", exercise.id, "the starter passes already; leave something to do")
    elif results.status == "error":
        yield Finding("starter", exercise.id, f"the starter ends in an error instead of a failure: {_why(results)}")


def _wrong_findings(check: Check, exercise: Exercise, wrong: Cell) -> Iterator[Finding]:
    results = check(exercise, wrong.body)
    pattern = str(wrong.meta["message"])
    if results.status == "pass":
        yield Finding("wrong", wrong.id, "this wrong answer passes; make the check stricter")
    elif not re.search(pattern, results.said()):
        yield Finding("wrong", wrong.id, f"the check does not say '{pattern}' but: {_why(results)}")


def _why(results: Results) -> str:
    return " | ".join(results.said().split("\n")) or results.status


def run_findings(notebook: Notebook) -> list[Finding]:
    """Runs the student copy in a real kernel from top to bottom, twice in the same sandbox, beside the whole lesson."""
    with tempfile.TemporaryDirectory(prefix="lesson-") as directory:
        write(notebook, Path(directory) / "lesson.ipynb")
        done = run(twice(student_copy(notebook, salt="lint")), Path(directory))
    return [Finding("runs", "", f"the student copy does not run: {done.fault}")] if done.fault else []


def all_findings(notebook: Notebook) -> list[Finding]:
    """Every rule; what needs to run is left out when reading alone shows faults already."""
    found = static_findings(notebook)
    return found or [*check_findings(lesson_from_notebook(notebook)), *run_findings(notebook)]
