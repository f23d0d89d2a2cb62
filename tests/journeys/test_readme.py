"""The README says what is so; its blocks are run by `test_pages`."""

from __future__ import annotations

import re
from pathlib import Path

from tests.journeys.page import blocks

ROOT = Path(__file__).parents[2]


def test_the_commands_are_the_ones_that_ci_runs() -> None:
    setup, test = (text.strip() for _, kind, text in blocks(ROOT / "README.md") if kind == "sh")
    assert "python3 -m sandbox_kernel" == setup
    assert test in (ROOT / ".ci" / "run").read_text()


def test_every_magic_has_a_row() -> None:
    pages = (ROOT / "README.md").read_text() + (ROOT / "docs" / "lessons.md").read_text()
    found = set()
    for path in (ROOT / "sandbox_kernel").rglob("*magics.py"):
        found |= set(re.findall(r"def (sandbox(?:_\w+)?)\(self, line", path.read_text()))
    assert {"sandbox_module", "sandbox", "sandbox_undo"} <= found
    assert [] == sorted(name for name in found if f"%{name}" not in pages)
