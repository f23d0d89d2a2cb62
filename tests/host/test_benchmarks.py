"""The README's table of figures is what its benchmark prints, row by row."""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def readme(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The benchmark, which imports those beside it by their plain names."""
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    before = set(sys.modules)
    yield importlib.import_module("readme")
    for name in set(sys.modules) - before:
        if Path(getattr(sys.modules[name], "__file__", None) or "").parent == ROOT / "benchmarks":
            del sys.modules[name]


def test_the_figures_of_the_readme_are_those_that_the_benchmark_prints(readme: ModuleType) -> None:
    (measured,) = readme.MARKED.findall(readme.README.read_text(encoding="utf-8"))
    lines = measured.splitlines()
    assert list(readme.HEAD) == lines[:2]
    assert list(readme.TITLES) == [re.split(r" *\| *", line)[1] for line in lines[2:] if line.startswith("|")]
    assert "`python benchmarks/readme.py`" in lines[-1]
    assert [] == [name for name in readme.VERSIONS if name not in lines[-1]]
