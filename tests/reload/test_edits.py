"""Every folder of `tests/edits` is one story: files before, a notebook cell, files after, a check.

`before/` holds the files, `setup.py` is run as a cell, then for each step `after/` (`after2/`, ...) holds the files as
they are saved (a missing one was deleted) and `check.py` (`check2.py`, ...) is run as a cell. A step whose check begins
with `# refused` must be refused, and leave everything as it was.
"""

from __future__ import annotations

import importlib
import os
import shutil
from pathlib import Path
from types import ModuleType

import pytest

from sandbox_kernel.errors import ReloadError
from sandbox_kernel.reload.reloader import Reloader
from tests.reload.edits import EDITS, cases, run_cell, save, steps

pytestmark = pytest.mark.process


@pytest.mark.parametrize("case", cases())
def test_an_edit_does_what_its_check_says(case: str, notebook: ModuleType, reloader: Reloader, tmp_path: Path) -> None:
    folder = EDITS / case
    shutil.copytree(folder / "before", tmp_path, dirs_exist_ok=True)
    os.environ["HR_ROOT"] = str(tmp_path)
    run_cell(reloader, notebook, folder / "setup.py")
    for step in steps(case):
        changed = save(folder / f"after{step}", tmp_path)
        importlib.invalidate_caches()
        check = folder / f"check{step}.py"
        if check.read_text().startswith("# refused"):
            with pytest.raises(ReloadError):
                reloader.reload_files(changed)
        else:
            reloader.reload_files(changed)
        run_cell(reloader, notebook, check)
