"""Every public name, error, magic and setting has its entry in the reference; commands and events are read from the code."""

from __future__ import annotations

import re
from pathlib import Path

import sandbox_kernel
from sandbox_kernel import errors
from sandbox_kernel.host.status import SandboxInfo

ROOT = Path(__file__).parent.parent
REFERENCE = ROOT / "docs" / "reference"


def page(name: str) -> str:
    return (REFERENCE / f"{name}.md").read_text(encoding="utf-8")


def sources() -> dict[str, str]:
    package = ROOT / "sandbox_kernel"
    return {
        ".".join(path.relative_to(ROOT).with_suffix("").parts): path.read_text(encoding="utf-8")
        for path in package.rglob("*.py")
    }


def test_every_public_name_has_an_entry() -> None:
    entries = set(re.findall(r"^\.\. auto\w+:: sandbox_kernel\.(\w+)$", page("python") + page("errors"), re.MULTILINE))
    assert [] == sorted(set(sandbox_kernel.__all__) - entries)


def test_every_error_has_an_entry() -> None:
    entries = set(re.findall(r"^\.\. autoclass:: sandbox_kernel\.(\w+)$", page("errors"), re.MULTILINE))
    assert {
        name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, Exception)
    } == entries


def test_every_module_with_magics_is_named() -> None:
    with_magics = {name for name, text in sources().items() if "@magics_class" in text}
    assert set() == with_magics - set(re.findall(r"^sandbox_kernel\.[\w.]+$", page("magics"), re.MULTILINE))


def test_every_setting_has_a_row() -> None:
    read = {name for text in sources().values() for name in re.findall(r"SANDBOX_KERNEL_[A-Z_]*[A-Z]", text)}
    rows = set(re.findall(r"^\| `(SANDBOX_KERNEL_\w+)`", page("settings"), re.MULTILINE))
    assert read == rows


def test_every_name_and_test_of_the_features_page_is_there() -> None:
    text = (ROOT / "docs" / "features.md").read_text(encoding="utf-8")
    rows = [line.split(" | ") for line in text.splitlines() if line.startswith("| ") and "original" not in line]
    assert 40 <= len(rows)
    assert [] == [row for row in rows if not re.search(r"`tests/[\w/]+\.py`", row[2])]
    tests = {name for row in rows for name in re.findall(r"`(tests/[\w/]+\.py)`", row[2])}
    assert [] == sorted(name for name in tests if not (ROOT / name).is_file())
    named = {name for row in rows for name in re.findall(r"`(\w+)\.(\w+)`", row[1])}
    homes = {**{name: getattr(sandbox_kernel, name) for name in sandbox_kernel.__all__}, "SandboxInfo": SandboxInfo}
    assert [] == sorted(
        f"{owner}.{name}"
        for owner, name in named
        if owner != "sandbox_kernel" and name not in {*dir(homes[owner]), *getattr(homes[owner], "__annotations__", ())}
    )
