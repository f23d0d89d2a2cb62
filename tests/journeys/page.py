"""Runs a page of the documentation as a program: `python page.py PAGE`, in a fresh process with a directory of its own.

Python blocks run from top to bottom in one namespace, `await` included; a `text` block is what the one before it printed. In
`docs/how-to/` the command lines of `sh` blocks run as well; elsewhere they are only looked at, since some would never end.
"""

from __future__ import annotations

import ast
import asyncio
import contextlib
import inspect
import io
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

HOW_TO = "how-to"
BLOCK = re.compile(r"^```([\w{}-]+)[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(page: Path) -> list[tuple[int, str, str]]:
    """The first line's number, the language and the text of each block."""
    text = page.read_text(encoding="utf-8")
    return [(text.count("\n", 0, found.start()) + 2, found[1], found[2]) for found in BLOCK.finditer(text)]


async def run(page: Path) -> int:
    """How many blocks ran; raises what a block raises, with the page's line numbers, and AssertionError for other output."""
    namespace: dict[str, Any] = {"__name__": "page"}  # Any: whatever the page makes
    printed = io.StringIO()
    ran = 0
    for line, language, text in blocks(page):
        if language == "text":
            assert text == printed.getvalue(), f"line {line}: the page says\n{text}\nbut it is\n{printed.getvalue()}"
        elif language == "python":
            printed = io.StringIO()
            tree = ast.increment_lineno(ast.parse(text), line - 1)
            with contextlib.redirect_stdout(printed):
                outcome = eval(compile(tree, str(page), "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT), namespace)
                if inspect.iscoroutine(outcome):
                    await outcome
            ran += 1
        elif language == "sh" and page.parent.name == HOW_TO:
            printed = io.StringIO(commands(text))
            ran += 1
    return ran


def commands(text: str) -> str:
    """What these command lines print, with the programs of this environment found first."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(["sh", "-e", "-c", text], env={**os.environ, "PATH": path}, stdout=subprocess.PIPE, text=True)
    assert 0 == done.returncode, text
    return done.stdout


if __name__ == "__main__":
    sys.stdout.write(f"{asyncio.run(run(Path(sys.argv[1]).resolve()))}\n")
