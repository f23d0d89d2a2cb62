from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

if sys.platform == "win32":
    pytest.skip("without advisory locks nothing is swept", allow_module_level=True)

from sandbox_kernel.host import scratch

MAKE = "import os, sys; from sandbox_kernel.host import scratch; print(scratch.make('x-'), flush=True); "


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return tmp_path


def made_by(code: str) -> Path:
    """What a process that ends at once has made."""
    done = subprocess.run([sys.executable, "-c", MAKE + code], capture_output=True, text=True, timeout=60, check=True)
    return Path(done.stdout.strip())


@pytest.mark.kernel
def test_what_a_killed_host_left_goes_with_the_next_one() -> None:
    left = made_by("os._exit(0)")
    assert left.is_dir()
    mine = scratch.make("x-")
    assert (False, True) == (left.parent.exists(), mine.is_dir())


NEST = """os.chdir(scratch.make('y-'))
for _ in range(3000):
    os.mkdir('d')
    os.chdir('d')
os._exit(0)"""


@pytest.mark.process
def test_what_a_killed_host_left_goes_however_deep_a_sandbox_nested_it() -> None:
    left = made_by(f"exec({NEST!r})")
    assert left.is_dir()
    scratch.sweep()
    assert not left.parent.exists()


@pytest.mark.kernel
def test_what_a_living_host_uses_stays() -> None:
    command = [sys.executable, "-c", MAKE + "sys.stdin.read()"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        theirs = Path(other.stdout.readline().strip())
        scratch.sweep()
        assert theirs.is_dir()
        other.communicate("")
    assert not theirs.parent.exists()  # it ended as it should


def test_what_is_no_hosts_stays(place: Path) -> None:
    for name in ("sbx-half-made", "other"):
        (place / name).mkdir()
    scratch.sweep()
    assert ["other", "sbx-half-made"] == sorted(path.name for path in place.iterdir())


def test_what_it_made_is_known_as_its_own(place: Path) -> None:
    assert scratch.is_ours(scratch.make("x-"))
    assert not scratch.is_ours(place / "x-1")
