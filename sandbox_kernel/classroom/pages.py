"""How the desk shows things: pure functions from data to HTML and to plain text, with Jupyter's own colours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from sandbox_kernel.classroom.lessons import Lesson
from sandbox_kernel.classroom.progress import Standing
from sandbox_kernel.classroom.results import Results, TestResult

_MARKS = {"pass": "✓", "fail": "✗", "error": "!"}
_COLOURS = {
    "pass": "var(--jp-success-color1, #2e7d32)",
    "fail": "var(--jp-warn-color1, #b26a00)",
    "error": "var(--jp-error-color1, #c62828)",
}
_WORDS = {"pass": "passed", "fail": "not yet", "error": "error"}
_BOX = (
    "border-left:4px solid {colour};padding:6px 12px;margin:4px 0;"
    "font-family:var(--jp-ui-font-family, sans-serif);color:var(--jp-ui-font-color1, inherit)"
)
_SOFT = "color:var(--jp-ui-font-color2, #616161)"


def results_text(results: Results, *, traceback: bool = False) -> str:
    lines = [_headline(results)]
    if results.message:
        lines.append(f"  {results.message}")
    for test in results.tests:
        lines.append(f"  {_MARKS[test.status]} {test.description or test.name}")
        if test.message:
            lines.append(f"      {test.message}")
        if traceback and test.traceback:
            lines += [f"      {line}" for line in test.traceback.rstrip().split("\n")]
    return "\n".join(lines)


def results_html(results: Results, *, traceback: bool = False) -> str:
    rows = "".join(_test_html(test, traceback) for test in results.tests)
    note = f"<div>{escape(results.message)}</div>" if results.message else ""
    return (
        f'<div class="sandbox-results" style="{_BOX.format(colour=_COLOURS[results.status])}">'
        f"<div><strong>{escape(_headline(results))}</strong></div>{note}"
        f'<ul style="list-style:none;padding-left:0;margin:4px 0">{rows}</ul></div>'
    )


def _headline(results: Results) -> str:
    points = f"{results.points:g} of {results.max_points:g} points"
    return f"{results.exercise}: {_WORDS[results.status]}" + (f" ({points})" if results.max_points else "")


def _test_html(test: TestResult, traceback: bool) -> str:
    mark = (
        f'<span aria-label="{_WORDS[test.status]}" style="color:{_COLOURS[test.status]}">{_MARKS[test.status]}</span>'
    )
    told = f'<div style="margin-left:1.4em">{escape(test.message)}</div>' if test.message else ""
    if test.output.strip() and test.status != "pass":
        told += (
            f'<details style="margin-left:1.4em;{_SOFT}"><summary>what your code printed</summary>'
            f"<pre>{escape(test.output)}</pre></details>"
        )
    if traceback and test.traceback:
        told += f'<pre style="margin-left:1.4em">{escape(test.traceback)}</pre>'
    return f"<li>{mark} {escape(test.description or test.name)}{told}</li>"


def note_html(text: str, *, kind: str = "pass") -> str:
    """One sentence in a box."""
    return f'<div style="{_BOX.format(colour=_COLOURS[kind])}">{escape(text)}</div>'


def list_html(title: str, rows: Sequence[str]) -> str:
    items = "".join(f"<div>{escape(row)}</div>" for row in rows)
    box = _BOX.format(colour="var(--jp-brand-color1, #1976d2)")
    return f'<div style="{box}"><strong>{escape(title)}</strong>{items}</div>'


def code_html(title: str, code: str) -> str:
    return f"<div><strong>{escape(title)}</strong></div><pre>{escape(code)}</pre>"


def lesson_html(lesson: Lesson, standings: Mapping[str, Standing]) -> str:
    """The head of a lesson: what it is about, how long it takes, what is done."""
    goals = "".join(f"<li>{escape(text)}</li>" for text in lesson.goals.values())
    rows = "".join(
        f"<li>{_standing_mark(standing)} {escape(name)} <span style='{_SOFT}'>{_standing_words(standing)}</span></li>"
        for name, standing in standings.items()
    )
    return (
        f'<div style="{_BOX.format(colour="var(--jp-brand-color1, #1976d2)")}"><strong>{escape(lesson.title)}</strong>'
        f' <span style="{_SOFT}">about {lesson.minutes} minutes, {lesson.points:g} points</span>'
        f"<div>When you are through, you can:</div><ul>{goals}</ul><div>Exercises:</div>"
        f'<ul style="list-style:none;padding-left:0">{rows}</ul></div>'
    )


def lesson_text(lesson: Lesson, standings: Mapping[str, Standing]) -> str:
    goals = [f"  - {text}" for text in lesson.goals.values()]
    rows = [f"  {_standing_mark(s)} {name}: {_standing_words(s)}" for name, s in standings.items()]
    head = f"{lesson.title} (about {lesson.minutes} minutes, {lesson.points:g} points)"
    return "\n".join([head, "When you are through, you can:", *goals, "Exercises:", *rows])


def _standing_mark(standing: Standing) -> str:
    return "○" if standing.status is None else _MARKS[standing.status]


def _standing_words(standing: Standing) -> str:
    if standing.status is None:
        return "not tried yet"
    tries = "1 attempt" if standing.attempts == 1 else f"{standing.attempts} attempts"
    return f"{_WORDS[standing.status]} after {tries}, best {standing.best_points:g} points"


def markdown_html(text: str) -> str:
    """A lesson's prose as HTML. What stands in it as HTML is shown as text: prose needs none, and checks nothing."""
    import mistune  # nbconvert brings it; most questions to the desk need none

    render = mistune.create_markdown(escape=True, plugins=["strikethrough", "table"])
    return str(render(text))
