"""Calls a cell what the notebook calls it, `cell In[7]`, where a text of the tree has the file name that the kernel made up
for its code. Used for what is shown; touches no text of a module."""

from __future__ import annotations

import re
import sys

_FILE_OF_A_CELL = re.compile(r"[^\s\"'(]*ipykernel_\d+[/\\]\d+\.py|<ipython-input-\d+-\w+>")


def named(text: str) -> str:
    # looked up and not imported: where answers are checked there is no notebook, and it would be half of all imports
    ipython = sys.modules.get("IPython")
    shell = None if ipython is None else ipython.get_ipython()
    if shell is None:
        return text

    def name(found: re.Match[str]) -> str:
        known = shell.compile.format_code_name(found.group())
        return found.group() if known is None else f"cell {known[1]}"

    return _FILE_OF_A_CELL.sub(name, text)
