"""Who may import whom. Changing the table is a commit of its own."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "sandbox_kernel"

ALLOWED: dict[str, set[str]] = {
    "bootstrap": set(),
    "errors": set(),
    "wire_records": set(),
    "wire": {"errors", "wire_records"},
    "plain": set(),
    "isolation": {"errors"},
    "versions": {"errors"},
    "reload": {"errors", "versions"},
    "supervision": {"errors"},
    "runtime": {"errors", "wire", "versions", "reload", "supervision", "plain"},
    "zygote": {"errors", "isolation"},
    "host": {"errors", "wire", "versions", "isolation", "zygote"},
    "classroom": {"errors", "wire", "host", "plain"},
}
ANY = {"__init__", "__main__", "testing"}
MAX_LINES = 400


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported_rooms(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno} uses a relative import; name the room"
            base = node.module or ""
            names = [f"{base}.{alias.name}" for alias in node.names] if base == "sandbox_kernel" else [base]
        found |= {name.split(".")[1] for name in names if name.startswith("sandbox_kernel.")}
    return found


def sources() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("*.py") if "static" not in path.parts)


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_room_imports_only_its_neighbours(path: Path) -> None:
    room = room_of(path)
    if room in ANY:
        return
    strangers = imported_rooms(path) - ALLOWED[room] - {room, "__version__"}
    assert set() == strangers, f"{room} may import {sorted(ALLOWED[room])}, not {sorted(strangers)}"


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_file_is_longer_than_400_lines(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MAX_LINES


def test_room_inits_are_empty() -> None:
    assert [] == [room for room in ALLOWED if (init := PACKAGE / room / "__init__.py").exists() and init.read_text()]
