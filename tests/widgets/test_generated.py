"""What is checked in is what its sources give."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
from pathlib import Path
from types import ModuleType

import pytest

from sandbox_kernel.runtime import bundle

WIDGETS = Path(__file__).parents[2] / "widgets"


def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate_wire", WIDGETS / "generate_wire.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_typescript_of_the_wire_is_current() -> None:
    here = {path.name: path.read_text(encoding="utf-8") for path in (WIDGETS / "src").glob("wire*.ts")}
    assert generator().generate() == here, "run: python widgets/generate_wire.py"


def test_loader_and_bundle_are_of_one_build() -> None:
    (build,) = set(re.findall(r'"([0-9a-f]{12})"', bundle.loader()))
    assert build in bundle.BUNDLE.read_text(encoding="utf-8")


def test_the_loader_of_each_widget_stays_small() -> None:
    assert len(bundle.loader()) < 1500


@pytest.mark.process
@pytest.mark.skipif(not (WIDGETS / "node_modules").exists(), reason="needs Node: run npm ci in widgets/")
def test_the_bundle_is_what_the_sources_give() -> None:
    node = shutil.which("node")
    assert node is not None
    done = subprocess.run([node, "build.mjs", "--check"], cwd=WIDGETS, capture_output=True, text=True, timeout=60)
    assert 0 == done.returncode, done.stderr
