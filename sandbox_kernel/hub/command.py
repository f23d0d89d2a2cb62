"""`jupyter sandbox classroom`: a class on this machine by one command. Parses; `classroom` does the work."""

from __future__ import annotations

import argparse
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from sandbox_kernel.errors import StartError
from sandbox_kernel.host.commands import Answer

SUMMARY = "open a classroom on this machine: JupyterHub, join codes, the live board"
PORT = 8000


def add_parser(verbs: Any) -> None:  # Any: argparse gives its sub-parsers no public type
    """Adds `classroom` to the command line, which finds this function by its entry point."""
    verb = verbs.add_parser("classroom", help=SUMMARY, description=SUMMARY.capitalize() + ".")
    verb.add_argument(
        "--roster", type=Path, required=True, metavar="FILE", help="CSV file with the columns name, shown, role"
    )
    verb.add_argument(
        "--directory",
        type=Path,
        default=Path("classroom"),
        metavar="DIR",
        help="where all its state lies (./classroom)",
    )
    verb.add_argument(
        "--course", type=Path, metavar="DIR", help="the directory with course.toml; the shipped lessons by default"
    )
    verb.add_argument(
        "--ip", default="127.0.0.1", help="address to listen on; 0.0.0.0 for the whole network (127.0.0.1)"
    )
    verb.add_argument("--port", type=int, default=PORT, metavar="N", help=f"port to listen on ({PORT})")
    verb.add_argument("--database", default="", metavar="URL", help="database of the service; SQLite in DIR by default")
    verb.add_argument(
        "--isolation",
        choices=("auto", "jail", "fence"),
        default="auto",
        help="how learners' servers are shut in (auto)",
    )
    verb.add_argument("--ssl-cert", type=Path, metavar="FILE", help="certificate, for https")
    verb.add_argument("--ssl-key", type=Path, metavar="FILE", help="its key")
    verb.add_argument("--reset", metavar="NAME", help="forget this person's password, print a new join code, and end")
    verb.set_defaults(act=_act)


def _act(asked: argparse.Namespace) -> Answer:
    if find_spec("jupyterhub") is None:
        raise StartError("JupyterHub is not installed; run: pip install 'sandbox-kernel[classroom]'")
    from sandbox_kernel.hub import classroom

    if asked.reset:
        return Answer(data={"ok": True}, text=classroom.reset(asked.directory, asked.roster, asked.reset))
    return Answer(data={"ok": True}, text="", code=classroom.run(classroom.settings_for(asked)))
