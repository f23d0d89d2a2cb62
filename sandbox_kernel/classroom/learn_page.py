"""The start page of a course as one HTML document: pure, one line of script, in the colours of the reader's system.

Weighed: a page of JupyterLab's own (a launcher card or a side panel: one more build, and nothing for Notebook 7); a
notebook with widgets (a kernel must run before anything is seen); a page from the server, as here, which is there at
once and can be read by every browser and screen reader.
"""

from __future__ import annotations

from html import escape
from urllib.parse import quote

from sandbox_kernel.classroom.overview import ExerciseCard, LessonCard, Overview, heading_link

_STYLE = """
:root { color-scheme: light dark; --back: #f6f8fb; --card: #fff; --ink: #1f2933; --soft: #52606d; --line: #d3dae2;
  --brand: #1558a8; --on-brand: #fff; --done: #1b6e34; --bar: #dde4ec; }
@media (prefers-color-scheme: dark) { :root { --back: #14181d; --card: #1d232a; --ink: #e6ebf0; --soft: #a5b1bd;
  --line: #38424d; --brand: #8ab8f5; --on-brand: #10151b; --done: #7bd391; --bar: #38424d; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 46rem; margin: 0 auto; padding: 2rem 1rem 4rem; }
h1 { margin: 0; font-size: 1.9rem; }
h2 { margin: 0; font-size: 1.1rem; }
p { margin: .4rem 0; }
.soft { color: var(--soft); }
.resume { margin: 1.5rem 0 2rem; padding: 1.2rem 1.4rem; background: var(--card); border: 2px solid var(--brand);
  border-radius: 12px; }
.button { display: inline-block; margin-top: .6rem; padding: .55rem 1.3rem; border-radius: 8px; background: var(--brand);
  color: var(--on-brand); font-weight: 600; text-decoration: none; }
.button:hover { text-decoration: underline; }
:focus-visible { outline: 3px solid var(--brand); outline-offset: 3px; }
ol { list-style: none; margin: 0; padding: 0; }
.lesson { margin: .7rem 0; padding: .9rem 1.2rem; background: var(--card); border: 1px solid var(--line);
  border-radius: 12px; }
.head { display: flex; flex-wrap: wrap; gap: .2rem 1rem; align-items: baseline; }
.head a { color: var(--brand); }
.head .soft { margin-left: auto; }
.row { display: flex; gap: .8rem; align-items: center; margin-top: .4rem; }
.track { flex: 1; height: .5rem; border-radius: .25rem; background: var(--bar); border: 1px solid var(--line); }
.track span { display: block; height: 100%; border-radius: .25rem; background: var(--done); }
.done { color: var(--done); font-weight: 600; }
details { margin-top: .4rem; }
summary { cursor: pointer; color: var(--soft); }
details ul { margin: .3rem 0; padding-left: 1.2rem; }
"""
_RELOAD = "addEventListener('pageshow', e => e.persisted && location.reload());" \
    "document.addEventListener('visibilitychange', () => document.hidden || location.reload());"  # fmt: skip
_MARKS = {"pass": ("✓", "passed"), "fail": ("✗", "not yet"), "error": ("!", "error"), None: ("○", "not tried yet")}


def learn_page(course: Overview, *, base: str) -> str:
    """`base` is where a notebook's path is put behind, such as `/lab/tree/`."""
    passed = sum(lesson.passed for lesson in course.lessons)
    total = sum(len(lesson.exercises) for lesson in course.lessons)
    numbers = {lesson.id: number for number, lesson in enumerate(course.lessons, start=1)}
    lessons = "".join(_lesson(lesson, numbers, base) for lesson in course.lessons)
    return _document(
        course.title,
        f"<h1>{escape(course.title)}</h1>"
        f'<p class="soft">{len(course.lessons)} lessons, {passed} of {total} exercises passed</p>'
        f"{_resume(course, numbers, base)}"
        f'<ol aria-label="Lessons">{lessons}</ol>',
    )


def no_course_page(reason: str) -> str:
    """What to say instead when there is nothing to show."""
    return _document("No course here", f"<h1>No course here</h1><p>{escape(reason)}</p>")


def _document(title: str, body: str) -> str:
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{_STYLE}</style></head><body><main>{body}</main><script>{_RELOAD}</script></body></html>"
    )


def _resume(course: Overview, numbers: dict[str, int], base: str) -> str:
    lesson = course.resume
    if lesson is None:
        return (
            '<section class="resume" aria-label="Done"><h2>You have passed everything.</h2>'
            "<p>Every exercise of every lesson. Open any of them again below.</p></section>"
        )
    begun = any(each.seen for each in course.lessons)
    exercise = lesson.next_exercise
    name = f"Lesson {numbers[lesson.id]}: {lesson.title}"
    words = f"{'Go on with' if begun else 'Begin with'} {name}"
    then = f'<p class="soft">{escape(exercise.title)}</p>' if begun and exercise else ""
    why = "" if begun else f'<p class="soft">About {lesson.minutes} minutes; nothing to install, nothing to break.</p>'
    link = _link(base, lesson, exercise if begun and lesson.seen else None)
    return (
        f'<section class="resume" aria-label="Where to go on"><h2>{escape(words)}</h2>{then}{why}'
        f'<a class="button" href="{link}">{"Resume" if begun else "Start"}</a></section>'
    )


def _lesson(lesson: LessonCard, numbers: dict[str, int], base: str) -> str:
    total = len(lesson.exercises)
    share = round(100 * lesson.passed / total) if total else 100
    state = "done" if lesson.is_done else f"{lesson.passed} of {total} exercises"
    mark = ' class="done"' if lesson.is_done else ' class="soft"'
    after = ", ".join(map(str, sorted(numbers[each] for each in lesson.after if each in numbers)))
    details = (
        f"{lesson.minutes} minutes" + (f" · after lesson {after}" if after else "") + (" ✓" if lesson.is_done else "")
    )
    goals = "".join(f"<li>{escape(goal)}</li>" for goal in lesson.goals)
    exercises = "".join(f"<li>{_exercise(exercise)}</li>" for exercise in lesson.exercises)
    return (
        f'<li class="lesson"><div class="head"><h2>{numbers[lesson.id]}. '
        f'<a href="{_link(base, lesson)}">{escape(lesson.title)}</a></h2><span class="soft">{escape(details)}</span></div>'
        f'<div class="row"><div class="track" role="img" aria-label="{share} percent"><span style="width:{share}%"></span>'
        f"</div><span{mark}>{state}</span></div>"
        f"<details><summary>Goals and exercises</summary><p>When you are through, you can:</p><ul>{goals}</ul>"
        f"<p>Exercises:</p><ul>{exercises}</ul></details></li>"
    )


def _exercise(exercise: ExerciseCard) -> str:
    mark, words = _MARKS[exercise.standing.status]
    return f'{escape(exercise.title)} <span class="soft">{mark} {words}</span>'


def _link(base: str, lesson: LessonCard, exercise: ExerciseCard | None = None) -> str:
    fragment = f"#{heading_link(exercise.title)}" if exercise else ""
    return escape(f"{base}{quote(lesson.path)}{fragment}")
