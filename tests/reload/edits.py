"""The stories of `tests/edits`, as the tests use them: their cells, the saving of their files, a notebook for them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

from sandbox_kernel.reload.reloader import Reloader

EDITS = Path(__file__).parents[1] / "edits"
NEEDS = {"py312": (3, 12), "py313": (3, 13)}  # by the first word of a folder's name


def cases() -> list[str]:
    names = sorted(path.name for path in EDITS.iterdir())
    return [name for name in names if sys.version_info >= NEEDS.get(name.partition("_")[0], (3, 11))]


def steps(case: str) -> list[str]:
    return ["", *[str(n) for n in range(2, 9) if (EDITS / case / f"after{n}").exists()]]


def raises(exception: type[BaseException], call: Callable[..., object], *args: object) -> bool:
    try:
        call(*args)
    except exception:
        return True
    return False


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
