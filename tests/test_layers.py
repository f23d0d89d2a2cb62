"""Who may import whom. Changing the table is a commit of its own."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "sandbox_kernel"

ALLOWED: dict[str, set[str]] = {
    "bootstrap": set(),
    "errors": set(),
    "wire_records": set(),
    "wire_versions": {"wire_records"},
    "wire_lessons": {"wire_records"},
    "wire": {"errors", "wire_records", "wire_versions", "wire_lessons"},
    "plain": set(),
    "prepared": set(),
    "spool": set(),
    "isolation": {"errors"},
    "versions": {"errors"},
    "reload": {"errors", "versions"},
    "supervision": {"errors"},
    "runtime": {"errors", "wire", "versions", "reload", "supervision", "plain", "prepared", "spool"},
    "zygote": {"errors", "isolation"},
    "host": {"errors", "wire", "versions", "isolation", "zygote"},
    "classroom": {"errors", "wire", "host", "isolation", "plain", "prepared", "spool"},
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


def statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """All of them, however deep; expressions, which are most of a tree, hold no import."""
    for node in body:
        yield node
        for field in ("body", "orelse", "finalbody"):
            yield from statements(getattr(node, field, []))
        for part in (*getattr(node, "handlers", ()), *getattr(node, "cases", ())):
            yield from statements(part.body)


def imported_rooms(path: Path) -> set[str]:
    found: set[str] = set()
    for node in statements(ast.parse(path.read_text(encoding="utf-8")).body):
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


def written_by_hand() -> list[Path]:
    """Code, styles and pages. Not the lessons, each of which is one notebook by its nature, nor what a tool writes whole:
    the bundle, the interface's description, the catalogue of translations, the lock file."""
    folders = [ROOT / name for name in ("sandbox_kernel", "benchmarks", "docs", "widgets/src", "widgets/tests", ".ci")]
    folders += [folder for folder in (ROOT / "tests").iterdir() if folder.name != "edits"]
    endings = (".py", ".ts", ".tsx", ".css", ".md", ".j2")
    found = [path for folder in folders for path in folder.rglob("*") if path.suffix in endings]
    found += [*ROOT.glob("*.md"), *ROOT.glob("widgets/*.mjs"), *ROOT.glob("widgets/*.py"), *ROOT.glob("tests/*.py")]
    built = (PACKAGE / "static", ROOT / "docs" / "_build")
    return [path for path in found if not any(folder in path.parents for folder in built)]


def test_no_file_is_longer_than_400_lines() -> None:
    lines = {str(path.relative_to(ROOT)): path.read_bytes().count(b"\n") for path in written_by_hand()}
    assert len(lines) > 500
    assert {} == {path: count for path, count in lines.items() if count > MAX_LINES}


def test_room_inits_are_empty() -> None:
    assert [] == [room for room in ALLOWED if (init := PACKAGE / room / "__init__.py").exists() and init.read_text()]
