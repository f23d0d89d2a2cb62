"""Every example program runs to its end, as someone who copies it would run it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "lessons" / "examples"
PROGRAMS = sorted(EXAMPLES.glob("*.py"))


@pytest.mark.kernel
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.stem)
def test_it_runs(program: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, program], cwd=tmp_path, capture_output=True, text=True, timeout=180, check=False
    )
    assert (0, "") == (done.returncode, done.stderr)
    assert done.stdout.strip()


def test_each_of_the_seven_is_there() -> None:
    expected = {"ab_test", "assistant", "embed", "learning_platform", "plugin_manager", "population", "safe_executor"}
    assert expected == {program.stem for program in PROGRAMS}
