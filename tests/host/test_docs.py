"""The pages about the host say what is true: each command line parses, each public name and command has its place."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from sandbox_kernel.host import cli
from sandbox_kernel.host.blocking import BlockingManager, BlockingSandbox
from sandbox_kernel.host.manager import SandboxManager
from sandbox_kernel.host.sandbox import Sandbox

DOCS = Path(__file__).parent.parent.parent / "docs"


def test_every_command_line_of_the_page_is_understood() -> None:
    lines = re.findall(r"^jupyter sandbox (.*)$", (DOCS / "cli.md").read_text(), flags=re.MULTILINE)
    assert len(lines) >= 10
    parser = cli.parser()
    for line in lines:
        parser.parse_args(shlex.split(line))


def test_every_command_has_a_row() -> None:
    page = (DOCS / "cli.md").read_text()
    (verbs,) = [action for action in cli.parser()._actions if action.dest == "verb"]
    assert [] == [verb for verb in verbs.choices or () if f"| `{verb}" not in page]


def public(kind: type) -> set[str]:
    return {name for part in kind.__mro__[:-1] for name in vars(part) if not name.startswith("_")}


def test_every_method_is_named() -> None:
    page = (DOCS / "host-api.md").read_text()
    names = (public(Sandbox) | public(SandboxManager)) - {"start", "stop"}
    assert [] == sorted(name for name in names if not re.search(rf"\b{name}\b", page))


def test_the_plain_face_has_every_method_of_the_other() -> None:
    assert {"start", "stop"} == public(Sandbox) - public(BlockingSandbox)
    assert {"sync"} == public(SandboxManager) - public(BlockingManager)
