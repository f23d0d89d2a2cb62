from __future__ import annotations

from collections.abc import Iterator

import pytest

from sandbox_kernel.supervision.system import System


@pytest.fixture
def system() -> Iterator[System]:
    with System(name="test") as running:
        yield running
