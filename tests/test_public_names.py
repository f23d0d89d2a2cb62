"""Every public name can be had from the package, and having one costs no other room."""

from __future__ import annotations

import subprocess
import sys

import pytest

import sandbox_kernel
from sandbox_kernel import errors

pytestmark = pytest.mark.process


@pytest.mark.parametrize("name", sandbox_kernel.__all__)
def test_every_public_name_is_there(name: str) -> None:
    assert name == getattr(sandbox_kernel, name).__name__


def test_the_list_and_the_table_agree() -> None:
    assert sorted(sandbox_kernel._HOMES) == sorted(sandbox_kernel.__all__)


def test_every_error_is_public() -> None:
    names = {name for name, value in vars(errors).items() if isinstance(value, type)}
    assert set() == {name for name in names if name.endswith(("Error", "Refused", "Exceeded"))} - set(
        sandbox_kernel.__all__
    )


@pytest.mark.parametrize(
    ("name", "forbidden"),
    [
        ("Worker", {"IPython", "ipykernel", "zmq", "sqlite3", "msgspec", "jupyter_client", "anywidget"}),
        ("SandboxError", {"asyncio", "IPython", "msgspec", "sqlite3"}),
        ("Reloader", {"IPython", "zmq", "msgspec", "asyncio"}),
        ("SandboxManager", {"IPython", "ipykernel", "anywidget", "ipywidgets", "sandbox_kernel.runtime"}),
    ],
)
def test_a_name_imports_only_what_it_needs(name: str, forbidden: set[str]) -> None:
    code = f"import sys, sandbox_kernel; sandbox_kernel.{name}; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert set() == forbidden & set(loaded)
