"""One warm compiler for the tests of this room: its worker starts once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox_kernel.versions.artifact import CompileLimits
from sandbox_kernel.versions.compiler import Compiler
from sandbox_kernel.versions.store import VersionStore


@pytest.fixture(scope="session")
def compiler(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Compiler]:
    root: Path = tmp_path_factory.mktemp("modules")
    with Compiler(search_path=[str(root)], limits=CompileLimits(memory_mb=256, processes=8)) as opened:
        yield opened


@pytest.fixture
def store(tmp_path: Path) -> Iterator[VersionStore]:
    ticks = iter(range(1, 10**6))
    with VersionStore.open(tmp_path / "sandbox", clock=lambda: float(next(ticks))) as opened:
        yield opened
