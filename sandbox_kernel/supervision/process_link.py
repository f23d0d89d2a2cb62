"""The pipe between a `process` worker and its tree: whole pickled tuples, each with its length before it.

Both ends are the same sandbox's: what comes through is trusted as much as the code of a cell, and never leaves the
kernel.
"""

from __future__ import annotations

import pickle
import struct
from typing import Any

HEADER = struct.Struct(">I")


class StateStaysThere:
    """Stands for the state, which lives in the other process, in what a handler returns."""

    def __repr__(self) -> str:
        return "<the state is in the worker's own process>"

    def __reduce__(self) -> str:
        return "STATE"


STATE = StateStaysThere()


def pack(message: tuple[Any, ...]) -> bytes:
    data = pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)
    return HEADER.pack(len(data)) + data


def unpack(data: bytes) -> Any:
    return pickle.loads(data)
