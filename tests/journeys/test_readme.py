"""Every block of the README runs as it stands there."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.journeys.notebook import Notebook

ROOT = Path(__file__).parents[2]


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", (ROOT / "README.md").read_text(), flags=re.MULTILINE | re.DOTALL)


@pytest.mark.kernel
def test_the_cells_run_in_order_in_a_sandbox(notebook: Notebook) -> None:
    cells = blocks("ipython")
    assert 5 <= len(cells)
    shown = [notebook.cell(cell) for cell in cells]
    assert "till v1 is live" in shown[0]
    assert "Nothing was changed; till v2 is still live." in shown[3]


@pytest.mark.kernel
@pytest.mark.parametrize("code", blocks("python"))
def test_the_programs_run(code: str, tmp_path: Path) -> None:
    program = tmp_path / "readme.py"
    program.write_text(code)
    done = subprocess.run(
        [sys.executable, program], cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False
    )
    assert (0, "") == (done.returncode, done.stderr)


def test_the_commands_are_the_ones_that_ci_runs() -> None:
    setup, test = (block.strip() for block in blocks("sh"))
    assert "python3 -m sandbox_kernel" == setup
    assert test in (ROOT / ".ci" / "run").read_text()


def test_every_magic_has_a_row() -> None:
    pages = (ROOT / "README.md").read_text() + (ROOT / "docs" / "lessons.md").read_text()
    found = set()
    for path in (ROOT / "sandbox_kernel").rglob("*magics.py"):
        found |= set(re.findall(r"def (sandbox(?:_\w+)?)\(self, line", path.read_text()))
    assert {"sandbox_module", "sandbox", "sandbox_undo"} <= found
    assert [] == sorted(name for name in found if f"%{name}" not in pages)
