"""Every folder of `tests/edits` is one story: files before, a notebook cell, files after, a check.

`before/` holds the files, `setup.py` is run as a cell, then for each step `after/` (`after2/`, ...) holds the files as
they are saved (a missing one was deleted) and `check.py` (`check2.py`, ...) is run as a cell. A step whose check begins
with `# refused` must be refused, and leave everything as it was.
"""

from __future__ import annotations

import builtins
import importlib
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from sandbox_kernel.errors import ReloadError
from sandbox_kernel.reload.reloader import Reloader

pytestmark = pytest.mark.process

EDITS = Path(__file__).parents[1] / "edits"
NEEDS = {"py312": (3, 12), "py313": (3, 13)}  # by the first word of a folder's name


def cases() -> list[str]:
    names = sorted(path.name for path in EDITS.iterdir())
    return [name for name in names if sys.version_info >= NEEDS.get(name.partition("_")[0], (3, 11))]


def raises(exception: type[BaseException], call: Callable[..., object], *args: object) -> bool:
    try:
        call(*args)
    except exception:
        return True
    return False


@pytest.fixture
def notebook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """A `__main__` like that of a kernel, in a directory of its own on the path; modules imported there are
    forgotten."""
    main = ModuleType("__main__")
    main.__dict__.update(__builtins__=builtins, raises=raises, ROOT=str(tmp_path))
    monkeypatch.setitem(sys.modules, "__main__", main)
    monkeypatch.syspath_prepend(str(tmp_path))
    before = set(sys.modules)
    yield main
    for name in set(sys.modules) - before:
        path = getattr(sys.modules[name], "__file__", None)
        if path is None or path.startswith(str(tmp_path)):
            del sys.modules[name]


def run_cell(reloader: Reloader, main: ModuleType, path: Path) -> None:
    source = path.read_text()
    exec(compile(source, str(path), "exec"), main.__dict__)
    reloader.note_cell(source)


def save(folder: Path, root: Path) -> list[str]:
    """Makes the files below `root` those of `folder`; returns the paths that changed."""
    wanted = {path.relative_to(folder): path.read_text() for path in folder.rglob("*.py")}
    have = {path.relative_to(root): path.read_text() for path in root.rglob("*.py")}
    for path in have.keys() - wanted.keys():
        (root / path).unlink()
    for path, text in wanted.items():
        if have.get(path) != text:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text)
    return sorted(str(root / p) for p in wanted.keys() | have.keys() if have.get(p) != wanted.get(p))


@pytest.mark.parametrize("case", cases())
def test_an_edit_does_what_its_check_says(case: str, notebook: ModuleType, reloader: Reloader, tmp_path: Path) -> None:
    folder = EDITS / case
    shutil.copytree(folder / "before", tmp_path, dirs_exist_ok=True)
    os.environ["HR_ROOT"] = str(tmp_path)
    run_cell(reloader, notebook, folder / "setup.py")
    steps = ["", *[str(n) for n in range(2, 9) if (folder / f"after{n}").exists()]]
    for step in steps:
        changed = save(folder / f"after{step}", tmp_path)
        importlib.invalidate_caches()
        check = folder / f"check{step}.py"
        if check.read_text().startswith("# refused"):
            with pytest.raises(ReloadError):
                reloader.reload_files(changed)
        else:
            reloader.reload_files(changed)
        run_cell(reloader, notebook, check)
