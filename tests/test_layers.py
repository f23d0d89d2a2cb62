"""Who may import whom. Changing the table is a commit of its own."""

from __future__ import annotations

import ast
from pathlib import Path

PACKAGE = Path(__file__).parent.parent / "sandbox_kernel"

ALLOWED: dict[str, set[str]] = {
    "bootstrap": set(),
    "errors": set(),
    "wire_records": set(),
    "wire_versions": {"wire_records"},
    "wire_lessons": {"wire_records"},
    "wire": {"errors", "wire_records", "wire_versions", "wire_lessons"},
    "plain": set(),
    "isolation": {"errors"},
    "versions": {"errors"},
    "reload": {"errors", "versions"},
    "supervision": {"errors"},
    "runtime": {"errors", "wire", "versions", "reload", "supervision", "plain"},
    "zygote": {"errors", "isolation"},
    "host": {"errors", "wire", "versions", "isolation", "zygote"},
    "classroom": {"errors", "wire", "host", "isolation", "plain"},
    "wire_class": set(),
    "roster": {"errors"},
    "seat": {"errors", "wire", "wire_class", "isolation", "host", "classroom"},
    "board": {"errors", "wire_class", "isolation", "classroom", "roster"},
    "hub": {"errors", "isolation", "host", "classroom", "roster"},
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


def test_a_room_imports_only_its_neighbours() -> None:
    strangers = {
        str(path.relative_to(PACKAGE)): sorted(unknown)
        for path in sources()
        if (room := room_of(path)) not in ANY
        and (unknown := imported_rooms(path) - ALLOWED[room] - {room, "__version__"})
    }
    assert {} == strangers, "these files import rooms that ALLOWED does not give theirs"


def test_no_file_is_longer_than_400_lines() -> None:
    lines = {str(path.relative_to(PACKAGE)): len(path.read_bytes().splitlines()) for path in sources()}
    assert {} == {path: count for path, count in lines.items() if count > MAX_LINES}


def test_room_inits_are_empty() -> None:
    assert [] == [room for room in ALLOWED if (init := PACKAGE / room / "__init__.py").exists() and init.read_text()]
