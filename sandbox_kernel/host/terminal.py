"""Makes text from a sandbox safe to show on a terminal. Pure; called by the command line for all that code printed.

A terminal obeys what it is shown: escape sequences retitle windows, move the cursor over earlier lines, fill the clipboard;
bidirectional controls make a line read otherwise than it is. Colours alone are let through, and only to a terminal.
"""

from __future__ import annotations

import re

ESCAPES = re.compile(
    r"(?P<colour>\x1b\[[0-9;]{0,32}m)"
    r"|\x1b\][^\x07\x1b]{0,4096}(?:\x07|\x1b\\)?"  # a command to the window
    r"|\x1b\[[0-?]*[ -/]*[@-~]"  # any other control sequence
    r"|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]"  # control characters but tab, line feed and carriage return
    r"|[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"  # bidirectional controls
)


def clean(text: str, *, colour: bool) -> str:
    """The text without what a terminal would obey; `colour` keeps colours."""
    return ESCAPES.sub(lambda found: found["colour"] or "" if colour else "", text)
