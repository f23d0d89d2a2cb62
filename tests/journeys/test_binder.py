"""The steps of Binder, in a clean virtual environment: install, postBuild, and a lesson runs from where the wheel put it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
BINDER = ROOT / "binder"


def test_the_files_are_those_that_binder_reads() -> None:
    assert {"requirements.txt", "runtime.txt", "postBuild"} == {path.name for path in BINDER.iterdir()}
    assert os.access(BINDER / "postBuild", os.X_OK)
    assert ".[lab]" in (BINDER / "requirements.txt").read_text().split()


@pytest.mark.soak
def test_its_steps_work_in_a_clean_environment(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", str(tmp_path / "env")], check=True)
    programs = tmp_path / "env" / "bin"
    environment = {"PATH": f"{programs}:{os.defpath}", "HOME": str(tmp_path)}

    def step(*command: str, cwd: Path = ROOT) -> str:
        done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
        assert 0 == done.returncode, done.stdout + done.stderr
        return done.stdout

    step(str(programs / "pip"), "install", "-q", "-r", "binder/requirements.txt")
    assert "sandbox" in step(str(BINDER / "postBuild"))
    step(str(programs / "pip"), "install", "-q", "nbclient")
    lessons = tmp_path / "env" / "share" / "sandbox-kernel" / "lessons"
    said = step(
        str(programs / "jupyter"), "sandbox", "lesson", "run", str(lessons / "07-hot-code-loading.ipynb"), cwd=tmp_path
    )
    assert "ran from top to bottom" in said
