"""`jupyter sandbox ...`: what people and scripts type. Parses, calls, prints; decides nothing itself.

Exit codes: 0 done; 1 the code that was run raised, or `doctor` found something that is needed missing; 2 the command
line was wrong; 3 it could not be carried out (no such sandbox, no start, no answer); 124 a limit of time or output was
hit; 130 interrupted. With `--json` the one thing on standard output is one JSON value, errors included.

Other rooms add commands by an entry point of the group `sandbox_kernel.commands`: a function that takes argparse's
sub-parsers, adds its own, and sets `run` to a function of the parsed arguments that returns the exit code.
"""

from __future__ import annotations

import argparse
import asyncio
import functools
import importlib.metadata
import json
import sys
from collections.abc import Callable, Sequence
from typing import Any

from sandbox_kernel import __version__
from sandbox_kernel.errors import SandboxError
from sandbox_kernel.host import commands, grammars, past_commands

COMMANDS = "sandbox_kernel.commands"
REFUSED, INTERRUPTED = 3, 130

EPILOG = """exit codes: 0 done, 1 the code raised or something needed is missing, 2 wrong command line,
3 could not be carried out, 124 a limit was hit, 130 interrupted.

  jupyter sandbox lab                    lessons in JupyterLab
  jupyter sandbox run script.py          a script in a sandbox of its own
  jupyter sandbox list --json            what runs on this machine"""


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(
        prog="jupyter sandbox",
        description="Live, isolated, rewindable Python sandboxes for Jupyter.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("--version", action="version", version=f"sandbox-kernel {__version__}")
    verbs = top.add_subparsers(dest="verb", metavar="COMMAND", required=True)

    run = _verb(verbs, "run", commands.run, "run a Python file in a sandbox of its own")
    run.add_argument("file", metavar="FILE", help="a .py file, or - for standard input")
    run.add_argument(
        "args", metavar="ARG", nargs="*", help="becomes sys.argv[1:] of the file; put -- before what begins with a dash"
    )
    run.add_argument("--timeout", type=_seconds, default=30.0, metavar="S", help="seconds of run time (30)")
    run.add_argument("--keep", action="store_true", help="leave the sandbox running afterwards")
    run.add_argument("--name", help="its name; the file's by default")
    run.add_argument("--directory", metavar="DIR", help="its directory; a temporary one by default")

    made = _verb(verbs, "compile", commands.compile_, "check a Python file or a directory of modules in isolation")
    made.add_argument(
        "path", metavar="PATH", help="a .py file or a directory; nothing goes live and nothing is written"
    )
    made.add_argument("--no-trial", action="store_true", help="only look at the texts; run none of them")
    made.add_argument("--isolation", default="", metavar="LEVEL", help="jail, fence, limits, none or auto (auto)")
    made.add_argument("--limits", metavar="LIMITS", help="strict, classroom, trusted, or JSON (classroom)")
    made.add_argument("--profile", metavar="PROFILE", help="modules and calls to refuse: open, strict, or JSON (open)")
    made.add_argument("--timeout", type=_seconds, default=60.0, metavar="S", help="seconds for all of it (60)")
    made.add_argument("--cache", metavar="FILE", help="remember in this file what is unchanged next time")

    _verb(verbs, "list", commands.list_, "list the sandboxes that run on this machine")
    for name, act, text in (
        ("info", commands.info, "show modules, versions and the tree of a sandbox"),
        ("restart", commands.restart, "restart a sandbox; its modules come back at their live versions"),
        ("destroy", commands.destroy, "end a sandbox"),
    ):
        _verb(verbs, name, act, text).add_argument("name", metavar="NAME", help="name or id, as 'list' shows it")

    past_commands.add(functools.partial(_verb, verbs))

    doctor = _verb(verbs, "doctor", commands.doctor, "say what this machine has, what is missing and how to get it")
    doctor.add_argument("--no-start", action="store_true", help="do not start a sandbox to try")

    warm = _verb(verbs, "warm", commands.warm, "get this machine ready for a class, and say whether it has room")
    warm.add_argument("count", metavar="COUNT", type=_count, help="how many sandboxes will be open at once")
    warm.add_argument("--hours", type=_seconds, default=8.0, metavar="H", help="how long the fork server stays (8)")

    lab = _verb(verbs, "lab", commands.lab, "open JupyterLab on the lessons")
    lab.add_argument("directory", metavar="DIR", nargs="?", help="another directory of notebooks")
    lab.add_argument("--no-browser", action="store_true", help="only print the address")
    lab.add_argument("--port", type=_port, metavar="N", help="this port and no other")

    for point in sorted(importlib.metadata.entry_points(group=COMMANDS), key=lambda point: point.name):
        point.load()(verbs)
    verbs.add_parser("help", help="show this text").set_defaults(act=lambda _: _help(top))
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """The console script."""
    grammars.postpone()
    asked = parser().parse_args(arguments)
    try:
        if "run" in asked:
            return int(asked.run(asked))
        outcome = asked.act(asked)
        answer = asyncio.run(outcome) if asyncio.iscoroutine(outcome) else outcome
    except (SandboxError, ValueError, OSError) as error:
        _report(asked, error)
        return REFUSED
    except KeyboardInterrupt:
        return INTERRUPTED
    if getattr(asked, "json", False):
        _say(json.dumps(answer.data, indent=2))
    elif answer.text:
        _say(answer.text)
    return int(answer.code)


def _verb(
    verbs: Any, name: str, act: Callable[[argparse.Namespace], Any], text: str
) -> argparse.ArgumentParser:  # Any: argparse gives its sub-parsers no public type
    verb: argparse.ArgumentParser = verbs.add_parser(name, help=text, description=text.capitalize() + ".")
    verb.add_argument("--json", action="store_true", help="print one JSON value, for machines")
    verb.set_defaults(act=act)
    return verb


def _help(top: argparse.ArgumentParser) -> commands.Answer:
    return commands.Answer(data={}, text=top.format_help().rstrip())


def _report(asked: argparse.Namespace, error: Exception) -> None:
    if getattr(asked, "json", False):
        _say(json.dumps({"ok": False, "error": type(error).__name__, "message": str(error)}, indent=2))
    else:
        sys.stderr.write(f"jupyter sandbox {asked.verb}: {error}\n")


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 < seconds < 1e9:
        raise argparse.ArgumentTypeError("a positive number of seconds, such as 30")
    return seconds


def _count(text: str) -> int:
    count = int(text)
    if not 0 < count <= 100_000:
        raise argparse.ArgumentTypeError("a number of sandboxes, such as 40")
    return count


def _port(text: str) -> int:
    port = int(text)
    if not 0 < port < 65536:
        raise argparse.ArgumentTypeError("a port is a number from 1 to 65535")
    return port


if __name__ == "__main__":
    sys.exit(main())
