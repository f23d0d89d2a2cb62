from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox_kernel.supervision.system import System

sys.path.insert(0, str(Path(__file__).parent))  # for `trees`, which the tests of this room share


@pytest.fixture
def system() -> Iterator[System]:
    with System(name="test") as running:
        yield running
