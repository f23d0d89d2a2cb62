"""The table of what a learner expects names browser tests that there are."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROW = re.compile(r"^\| (\d+) \|.*\|(.*)\|$", re.MULTILINE)


def test_each_expectation_has_its_browser_tests() -> None:
    tests = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests" / "browser").glob("test_*.py"))
    rows = ROW.findall((ROOT / "docs" / "widgets.md").read_text(encoding="utf-8"))
    assert [str(number) for number in range(1, 16)] == [number for number, _ in rows]
    missing = [name for _, names in rows for name in re.findall(r"`(\w+)`", names) if f"def {name}(" not in tests]
    assert [] == missing
