"""A reloader whose process for trial imports is shared by all tests: starting one takes longer than most tests."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from sandbox_kernel.reload.reloader import Reloader
from sandbox_kernel.reload.trial import Trial


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
