"""The notebooks that the browser tests open."""

from __future__ import annotations

from pathlib import Path

import nbformat

TILL = '''"""A till that counts what it sells."""


class Till:
    def __init__(self, currency="EUR"):
        self.currency = currency
        self.total = 0

    def add(self, price, times=1):
        """Adds one line to the bill."""
        for _ in range(times):
            self.total += price
        return self.total
'''
DOUBLED = TILL.replace("+= price", "+= price * 2")
KERNEL = "python3"


def editor_cells() -> list[str]:
    """Two versions of `till`, then an editor for it in the last cell."""
    setup = [
        "from backend import Backend",
        "from sandbox_kernel import wire",
        "from sandbox_kernel.runtime.widgets import Link, ModuleEditor",
        "backend = Backend()",
        f"backend.handle(wire.ApplyModules(sources={{'till': {TILL!r}}}, note='the first till'))",
        f"backend.handle(wire.ApplyModules(sources={{'till': {DOUBLED!r}}}, note='double all prices'));",
    ]
    return ["\n".join(setup), "ModuleEditor('till', link=Link(backend.handle))"]


def write_notebook(directory: Path, name: str, *cells: str, kernel: str = KERNEL) -> str:
    """Writes a notebook of code cells; returns its name for `Host.open`."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    notebook.metadata["kernelspec"] = {"name": kernel, "display_name": kernel, "language": "python"}
    nbformat.write(notebook, directory / f"{name}.ipynb")
    return f"{name}.ipynb"
