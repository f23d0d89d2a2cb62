"""The notebooks that the browser tests open."""

from __future__ import annotations

import shutil
from itertools import count
from pathlib import Path

import nbformat

TILL = '''"""A till that counts what it sells."""

from sandbox_kernel import ChildSpec, NoReply, Reply, Supervisor, Worker


class Till(Worker):
    def init(self):
        return {"total": 0, "currency": "EUR"}

    def handle_call(self, request, sender, state):
        """Adds a price to the bill."""
        if request < 0:
            raise ValueError("a price is never negative")
        state["total"] += request
        return Reply(state["total"], state)

    def handle_cast(self, message, state):
        return NoReply(state)


def tree():
    return Supervisor([ChildSpec("till", Till, name="till")], name="shop")
'''
DOUBLED = TILL.replace("+= request", "+= request * 2")
START = "%sandbox_start till\nfrom sandbox_kernel import call"

LESSONS = Path(__file__).parents[2] / "lessons"

_numbers = count(1)


def till_cells() -> list[str]:
    """Two versions of `till`; the second is live."""
    return [
        f'%%sandbox_module till --note "the first till"\n{TILL}',
        f'%%sandbox_module till --note "double all prices"\n{DOUBLED}',
    ]


def show(widget: str) -> str:
    return f"from sandbox_kernel.runtime import widgets\nwidgets.{widget}"


def write_notebook(directory: Path, *cells: str, kernel: str = "sandbox") -> str:
    """Writes a notebook of code cells under a name of its own, as it also names the sandbox's directory."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    notebook.metadata["kernelspec"] = {"name": kernel, "display_name": "Sandbox (Python)", "language": "python"}
    name = f"notebook{next(_numbers)}.ipynb"
    nbformat.write(notebook, directory / name)
    return name


CRASH = "from contextlib import suppress\nwith suppress(Exception):\n    call('till', -1)"


def shop_cells() -> list[str]:
    """A running till with a total, which has crashed once before that."""
    return [*till_cells(), START, CRASH, "call('till', 20)"]


def hand_out(directory: Path) -> None:
    """The whole course; records of other tests lie under their own notebooks' names and count for none of its lessons."""
    shutil.copytree(LESSONS, directory, dirs_exist_ok=True, ignore=shutil.ignore_patterns("sandboxes", ".sandbox"))


def write_lesson(directory: Path, lesson: str) -> str:
    """A copy of this lesson under a name of its own, beside the course."""
    hand_out(directory)
    name = f"notebook{next(_numbers)}.ipynb"
    shutil.copy(LESSONS / lesson, directory / name)
    return name
