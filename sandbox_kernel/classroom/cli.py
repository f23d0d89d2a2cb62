"""`jupyter sandbox lesson ...`: make, build, lint, run, hand out and export lessons.

The command line is the host's, which never imports the classroom: it finds this one by its entry point. Parsing imports
nothing heavy; each verb imports what it needs.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sandbox_kernel.errors import SandboxError
from sandbox_kernel.host.commands import Answer

SUMMARY = "make, build, lint, run, hand out and export lessons"


def add_parser(verbs: Any) -> None:  # Any: argparse gives its sub-parsers no public type
    """Adds `lesson` to the command line; what is parsed gets `act`, a function of it that returns an Answer."""
    lesson = verbs.add_parser("lesson", help=SUMMARY, description=SUMMARY.capitalize() + ".")
    inner = lesson.add_subparsers(dest="lesson_verb", metavar="VERB", required=True)

    new = _verb(inner, "new", _new, "write a small whole lesson to start from")
    new.add_argument("path", type=Path, metavar="FILE", help="the .md file to write")
    new.add_argument("--title", default="My first lesson", help="its title")

    build = _verb(inner, "build", _build, "make the notebook of a lesson's text, or the text of a notebook")
    _one(build, output=True)

    lint = _verb(inner, "lint", _lint, "apply every rule; the exit code is 1 when there is a finding")
    lint.add_argument("paths", type=Path, nargs="+", metavar="FILE", help="lessons, .md or .ipynb")
    lint.add_argument("--no-run", action="store_true", help="only read; start no check and no kernel")

    _one(_verb(inner, "run", _run, "run a lesson or a student copy from top to bottom, without a browser"), output=True)
    _one(_verb(inner, "student", _student, "make the copy for learners: no solutions, hints on request"), output=True)
    _one(_verb(inner, "export", _export, "make a directory to run nbgrader in"), output=True)

    update = _verb(inner, "update", _update, "bring a newer lesson into a learner's notebook; what they wrote stays")
    update.add_argument("path", type=Path, metavar="FILE", help="the learner's notebook")
    update.add_argument("newer", type=Path, metavar="NEWER", help="a newer student copy of the same lesson")

    course = _verb(inner, "course", _course, "build every lesson of a course, student copies included")
    course.add_argument("directory", type=Path, metavar="DIR", help="the directory with course.toml")


def _verb(
    verbs: Any, name: str, act: Callable[[argparse.Namespace], Answer], text: str
) -> argparse.ArgumentParser:  # Any: as above
    verb: argparse.ArgumentParser = verbs.add_parser(name, help=text, description=text.capitalize() + ".")
    verb.add_argument("--json", action="store_true", help="print one JSON value, for machines")
    verb.set_defaults(act=act)
    return verb


def _one(verb: argparse.ArgumentParser, *, output: bool) -> None:
    verb.add_argument("path", type=Path, metavar="FILE", help="a lesson, .md or .ipynb")
    if output:
        verb.add_argument(
            "-o", "--output", type=Path, metavar="FILE", help="where to write; beside the lesson if left out"
        )


def _wrote(*paths: Path) -> Answer:
    return Answer(data={"ok": True, "wrote": [str(p) for p in paths]}, text="\n".join(f"wrote {p}" for p in paths))


def _new(asked: argparse.Namespace) -> Answer:
    from sandbox_kernel.classroom.template import new_lesson
    from sandbox_kernel.classroom.text import write

    if asked.path.exists():
        raise SandboxError(f"{asked.path} exists already; choose another name")
    write(new_lesson(asked.path.stem, asked.title), asked.path)
    return _wrote(asked.path)


def _build(asked: argparse.Namespace) -> Answer:
    from sandbox_kernel.classroom.text import read, write

    output = asked.output or asked.path.with_suffix(".ipynb" if asked.path.suffix == ".md" else ".md")
    write(read(asked.path), output)
    return _wrote(output)


def _student(asked: argparse.Namespace) -> Answer:
    from sandbox_kernel.classroom.build import student_of
    from sandbox_kernel.classroom.text import read, write

    output = asked.output or asked.path.with_name(f"{asked.path.stem}-student.ipynb")
    write(student_of(read(asked.path)), output)
    return _wrote(output)


def _export(asked: argparse.Namespace) -> Answer:
    from sandbox_kernel.classroom.export import export_course
    from sandbox_kernel.classroom.text import read

    return _wrote(*export_course(read(asked.path), asked.output or asked.path.with_name(f"{asked.path.stem}-nbgrader")))


def _course(asked: argparse.Namespace) -> Answer:
    from sandbox_kernel.classroom.build import build_course
    from sandbox_kernel.classroom.course import load_course

    return _wrote(*build_course(load_course(asked.directory)))


def _update(asked: argparse.Namespace) -> Answer:
    from sandbox_kernel.classroom.update import update_file

    said = update_file(asked.path, asked.newer) or f"{asked.path.name} has this version already"
    return Answer(data={"ok": True, "said": said}, text=said)


def _run(asked: argparse.Namespace) -> Answer:
    import nbformat

    from sandbox_kernel.classroom.run import run_file

    done = run_file(asked.path)
    if asked.output:
        nbformat.write(done.notebook, asked.output)
    text = done.fault or f"{asked.path} ran from top to bottom"
    return Answer(data={"ok": done.ok, "fault": done.fault}, text=text, code=0 if done.ok else 1)


def _lint(asked: argparse.Namespace) -> Answer:
    from dataclasses import asdict

    from sandbox_kernel.classroom.lint import all_findings, static_findings
    from sandbox_kernel.classroom.text import read

    rules = static_findings if asked.no_run else all_findings
    found = [(path, finding) for path in asked.paths for finding in rules(read(path))]
    data = {"ok": not found, "findings": [{"path": str(path), **asdict(finding)} for path, finding in found]}
    text = "\n".join(f"{path}: {finding}" for path, finding in found) or "no findings"
    return Answer(data=data, text=text, code=1 if found else 0)
