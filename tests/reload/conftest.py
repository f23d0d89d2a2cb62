"""A reloader whose process for trial imports is shared by all tests: starting one takes longer than most tests."""

from __future__ import annotations

import builtins
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from sandbox_kernel.reload.reloader import Reloader
from sandbox_kernel.reload.trial import Trial
from tests.reload.edits import raises


@pytest.fixture(scope="session")
def trial_process() -> Iterator[Trial]:
    trial = Trial()
    yield trial
    trial.close()


@pytest.fixture
def reloader(trial_process: Trial) -> Iterator[Reloader]:
    reloader = Reloader(lambda: [sys.modules["__main__"].__dict__], process=trial_process)
    reloader.watch_imports()
    yield reloader
    reloader.unwatch_imports()


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
