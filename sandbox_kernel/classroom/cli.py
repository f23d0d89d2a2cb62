"""`jupyter sandbox lesson ...`: make, build, lint, run and hand out lessons.

The command line is the host's; it finds this command by its entry point and never imports it otherwise.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from sandbox_kernel.errors import SandboxError

SUMMARY = "make, build, lint, run and hand out lessons"


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds `lesson` to the command line; the parsed namespace gets `run`, a function of it that returns the exit status."""
    parser = subparsers.add_parser("lesson", help=SUMMARY, description=SUMMARY)
    verbs = parser.add_subparsers(metavar="VERB", required=True)
    new = verbs.add_parser("new", help="write the text of a small whole lesson to start from")
    new.add_argument("path", type=Path, help="the .md file to write")
    new.add_argument("--title", default="My first lesson")
    new.set_defaults(run=_new)
    for name, function, words in (
        ("build", _build, "make the notebook of a lesson's text (.md), or the text of a notebook (.ipynb)"),
        ("student", _student, "make the copy for learners: no solutions, locked prompts, hints on request"),
        ("run", _run, "run a lesson or a student copy from top to bottom, without a browser"),
        ("lint", _lint, "apply every rule; the exit status is 1 when there is a finding"),
    ):
        verb = verbs.add_parser(name, help=words, description=words)
        verb.add_argument("path", type=Path, nargs="+" if name == "lint" else None, help="the lesson, .md or .ipynb")
        if name != "lint":
            verb.add_argument("-o", "--output", type=Path, help="where to write; beside the lesson when left out")
        else:
            verb.add_argument("--no-run", action="store_true", help="only read; start no check and no kernel")
            verb.add_argument("--json", action="store_true", help="findings as JSON lines")
        verb.set_defaults(run=function)


def main(argv: Sequence[str] | None = None) -> int:
    """The same without the host's command line: `python -m sandbox_kernel.classroom.cli lesson lint ...`."""
    parser = argparse.ArgumentParser(prog="jupyter sandbox")
    add_parser(parser.add_subparsers(metavar="COMMAND", required=True))
    args = parser.parse_args(argv)
    try:
        status: int = args.run(args)
    except SandboxError as error:
        print(error, file=sys.stderr)  # noqa: T201  # a command's output
        return 1
    return status


def _say(text: str) -> None:
    print(text)  # noqa: T201  # a command's output


def _new(args: argparse.Namespace) -> int:
    from sandbox_kernel.classroom.template import new_lesson
    from sandbox_kernel.classroom.text import write

    path: Path = args.path
    if path.exists():
        _say(f"{path} exists already; choose another name")
        return 1
    write(new_lesson(path.stem, args.title), path)
    _say(f"wrote {path}; edit it, then `jupyter sandbox lesson lint {path}`")
    return 0


def _build(args: argparse.Namespace) -> int:
    from sandbox_kernel.classroom.text import read, write

    other = ".ipynb" if args.path.suffix == ".md" else ".md"
    output: Path = args.output or args.path.with_suffix(other)
    write(read(args.path), output)
    _say(f"wrote {output}")
    return 0


def _student(args: argparse.Namespace) -> int:
    from sandbox_kernel.classroom.lessons import KEY
    from sandbox_kernel.classroom.student import student_copy
    from sandbox_kernel.classroom.text import read, write

    lesson = read(args.path)
    output: Path = args.output or args.path.with_name(f"{args.path.stem}-student.ipynb")
    write(student_copy(lesson, salt=str(lesson.metadata.get(KEY, {}).get("id", ""))), output)
    _say(f"wrote {output}")
    return 0


def _run(args: argparse.Namespace) -> int:
    import nbformat

    from sandbox_kernel.classroom.run import run
    from sandbox_kernel.classroom.text import read

    done = run(read(args.path))
    if args.output:
        nbformat.write(done.notebook, args.output)
    _say(done.fault or f"{args.path} ran from top to bottom")
    return 0 if done.ok else 1


def _lint(args: argparse.Namespace) -> int:
    from dataclasses import asdict

    from sandbox_kernel.classroom.lint import all_findings, static_findings
    from sandbox_kernel.classroom.text import read

    found = False
    for path in args.path:
        notebook = read(path)
        for finding in static_findings(notebook) if args.no_run else all_findings(notebook):
            found = True
            _say(json.dumps({"path": str(path), **asdict(finding)}) if args.json else f"{path}: {finding}")
    if not found and not args.json:
        _say("no findings")
    return int(found)


if __name__ == "__main__":
    raise SystemExit(main())
