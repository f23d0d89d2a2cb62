"""Voila with several visitors: the first works in the notebook's own sandbox, each other one on a copy of its modules."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest

from sandbox_kernel.host import registry

pytestmark = pytest.mark.kernel

LIMIT_S = 120


@pytest.fixture
def voila(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a Voila that shows one notebook of ours."""
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))
    cells = [nbformat.v4.new_code_cell("import rates\nprint('rate is', rates.rate)")]
    spec = {"kernelspec": {"name": "sandbox", "display_name": "Sandbox (Python)", "language": "python"}}
    (tmp_path / "pages" / "sandboxes" / "rates").mkdir(parents=True)
    (tmp_path / "pages" / "sandboxes" / "rates" / "rates.py").write_text("rate = 3\n")
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=spec), tmp_path / "pages" / "rates.ipynb")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "voila", "--no-browser", f"--port={port}", str(tmp_path / "pages")]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _await_server(process, f"http://127.0.0.1:{port}/")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=LIMIT_S)


def _await_server(process: subprocess.Popen[bytes], address: str) -> None:
    deadline = time.monotonic() + LIMIT_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=LIMIT_S):
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.05)
    raise AssertionError(f"voila did not come up (status {process.poll()})")


def visit(address: str) -> str:
    with urllib.request.urlopen(f"{address}/voila/render/rates.ipynb", timeout=LIMIT_S) as page:
        return str(page.read().decode())


def test_the_second_visitor_works_on_a_copy(voila: str, tmp_path: Path) -> None:
    assert ["rate is 3" in visit(voila), "rate is 3" in visit(voila)] == [True, True]
    first, second = registry.entries()
    own = tmp_path / "pages" / "sandboxes" / "rates"
    assert (str(own), False, True) == (first.directory, first.temporary, second.temporary)
    assert [first.notebook, first.owner] == [second.notebook, "other"]
    assert "rate = 3\n" == (Path(second.directory) / "rates.py").read_text()
