"""The reloader alone in a plain IPython kernel, and saved files that are applied by themselves."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.journeys.notebook import Notebook, module_cell

pytestmark = pytest.mark.kernel

SHOP = """\
class Item:
    def __init__(self):
        self.sold = 3

    def text(self):
        return f'sold {self.sold}'
"""


def until(notebook: Notebook, code: str, wanted: str) -> str:
    """Runs the cell until it shows `wanted`: the watcher needs a moment to see a save, and no more than ten seconds."""
    deadline = time.monotonic() + 10
    while True:
        text = notebook.cell(code)
        if wanted in text or time.monotonic() > deadline:
            return text


def test_any_ipython_gets_the_reloader(tmp_path: Path) -> None:
    (tmp_path / "shop.py").write_text(SHOP)
    notebook = Notebook(tmp_path, kernel_name="python3")
    try:
        notebook.cell("%load_ext sandbox_kernel")
        notebook.cell("import shop\nfrom shop import Item\nitem = Item()\nitem.sold = 7")
        (tmp_path / "shop.py").write_text(SHOP.replace("sold {", "SOLD {"))
        notebook.cell("%sandbox_reload")
        assert "'SOLD 7'" == notebook.cell("item.text()")
        (tmp_path / "shop.py").write_text(SHOP + "def broken(:\n")
        _, error = notebook.error("%sandbox_reload shop")
        assert "Refused" in error
        assert "Traceback" not in error
        assert "'SOLD 7'" == notebook.cell("item.text()")
        notebook.cell("%sandbox_autoreload on")
        (tmp_path / "shop.py").write_text(SHOP.replace("sold {", "Sold: {"))
        assert "'Sold: 7'" in until(notebook, "item.text()", "Sold: 7")
        notebook.cell("%unload_ext sandbox_kernel")
    finally:
        notebook.close()


def test_a_saved_file_of_a_sandbox_becomes_a_version_before_the_next_cell(notebook: Notebook) -> None:
    notebook.cell(module_cell(SHOP, "shop"))
    notebook.cell("item = shop.Item()")
    assert "automatic reload is on" in notebook.cell("%sandbox_autoreload on")
    file = notebook.directory / "sandboxes" / "nb" / "shop.py"
    file.write_text(SHOP.replace("sold {", "SOLD {"))
    assert "'SOLD 3'" in until(notebook, "item.text()", "SOLD 3")
    file.write_text(SHOP + "def broken(:\n")
    assert "shop v2 is still live" in until(notebook, "item.text()", "refused")
    assert "neither on nor off" in notebook.error("%sandbox_autoreload maybe")[1]
    notebook.cell("%sandbox_autoreload off")
    assert "3 versions, version 2 is live" in notebook.cell("%sandbox_history shop")
