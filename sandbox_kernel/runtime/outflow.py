"""What a cell prints faster than it can be sent: the cell waits, instead of filling the kernel's memory.

ipykernel gathers what is printed and sends it five times a second, however much there is by then: a loop that prints
without end gathers some hundred megabytes, and the kernel ends by its memory limit before the limit of output is noticed.
Called by the extension once per kernel.
"""

from __future__ import annotations

import os
from typing import Any

MOST_CHARACTERS = 1 << 20


def hold_back(stream: Any, most: int = MOST_CHARACTERS) -> None:
    """From now on whoever has written this much waits until it is sent. Any: ipykernel's OutStream."""
    write, owner = stream.write, os.getpid()
    waiting = 0

    def bounded(text: str) -> int | None:
        nonlocal waiting
        written: int | None = write(text)
        waiting += len(text)
        if waiting >= most and os.getpid() == owner:  # a process that the code forked has no thread that sends
            waiting = 0
            stream.flush()
        return written

    stream.write = bounded
