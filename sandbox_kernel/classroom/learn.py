"""`jupyter sandbox learn`: the start page of the course in the browser, from where JupyterLab opens each lesson."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from sandbox_kernel.errors import SandboxError
from sandbox_kernel.host.commands import Answer

SUMMARY = "open the course: its lessons, how far you are, and where to go on"
PAGE = "/sandbox/learn"


def add_parser(verbs: Any) -> None:  # Any: argparse gives its sub-parsers no public type
    """Adds `learn` to the command line, which finds it by its entry point."""
    learn = verbs.add_parser("learn", help=SUMMARY, description=SUMMARY.capitalize() + ".")
    learn.add_argument("directory", metavar="DIR", nargs="?", help="another directory with a course.toml")
    learn.add_argument("--no-browser", action="store_true", help="only print the address")
    learn.add_argument("--port", type=int, metavar="N", help="this port and no other")
    learn.add_argument("--json", action="store_true", help="print one JSON value, for machines")
    learn.set_defaults(act=_learn)


def _learn(asked: argparse.Namespace) -> Answer:
    from sandbox_kernel.classroom.overview import find_course
    from sandbox_kernel.classroom.update import bring_up_to_date
    from sandbox_kernel.host.lab import SHIPPED, find_lessons, serve

    directory = find_lessons(asked.directory, Path.cwd())
    if find_course(directory) is None:
        raise SandboxError(
            f"{directory} has no course.toml; name a directory with a course, or none for the shipped one"
        )
    if asked.directory is None and directory.name == "sandbox-lessons" and SHIPPED.is_dir():
        for line in bring_up_to_date(SHIPPED, directory):
            sys.stdout.write(line + "\n")
    status = serve(
        directory,
        port=asked.port,
        open_browser=not asked.no_browser,
        say=(lambda text: None) if asked.json else _say,
        page=PAGE,
    )
    return Answer({"ok": status == 0, "directory": str(directory)}, code=0 if status == 0 else 3)


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
