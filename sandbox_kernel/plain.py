"""Plain data across a process line: values of exactly the built-in kinds travel by value, all else as a numbered handle.
A `Counter`, `defaultdict` or `OrderedDict` travels as the `dict` that it is.

Between a check and the learner's code that it checks. Nothing is pickled, and a subclass of `int` whose `__eq__` is
always true is no plain value: it arrives as a handle, which equals nothing. Reading limits what it takes, so a hostile
sender can waste its own time only.
"""

from __future__ import annotations

import json
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Callable
from typing import Any

MAX_BYTES = 4_000_000
MAX_DEPTH = 40

Json = Any  # what json.dumps takes and json.loads gives
_DICTS = (dict, Counter, defaultdict, OrderedDict)  # the library's own kinds of dict count as one
_LISTS = {"list": list, "tuple": tuple, "set": set, "frozenset": frozenset}


class NotPlain(ValueError):
    """Data that is too deep, too big or not of this form."""


def encode(value: object, handle: Callable[[object], int], depth: int = 0) -> Json:
    """`handle` gives the number under which the sender keeps an object that is not plain."""
    if depth > MAX_DEPTH:
        raise NotPlain(f"a value is nested more than {MAX_DEPTH} deep")
    kind = type(value)
    if value is None or kind is bool or kind is str:
        return value
    if kind is int:
        return {"int": hex(value)}  # type: ignore[arg-type]  # exactly int; JSON readers may lose digits
    if kind is float:
        return {"float": value.hex()}  # type: ignore[attr-defined]  # exactly float; NaN and infinity included
    if kind is bytes:
        return {"bytes": value.hex()}  # type: ignore[attr-defined]  # exactly bytes
    if kind in _DICTS:
        pairs = value.items()  # type: ignore[attr-defined]  # one of these
        return {"dict": [[encode(k, handle, depth + 1), encode(v, handle, depth + 1)] for k, v in pairs]}
    for name, plain_kind in _LISTS.items():
        if kind is plain_kind:
            return {name: [encode(item, handle, depth + 1) for item in value]}  # type: ignore[attr-defined]
    return {"handle": handle(value)}


def decode(data: Json, resolve: Callable[[int], object], depth: int = 0) -> Any:  # Any: whatever was sent
    """The value again; `resolve` turns a handle's number into what stands for it here. Raises NotPlain."""
    if depth > MAX_DEPTH:
        raise NotPlain(f"a value is nested more than {MAX_DEPTH} deep")
    if data is None or isinstance(data, bool | str):
        return data
    if not isinstance(data, dict) or len(data) != 1:
        raise NotPlain("a value is not of the form that was agreed")
    ((name, content),) = data.items()
    try:
        return _decode_tagged(name, content, resolve, depth)
    except (TypeError, ValueError, LookupError) as error:
        raise NotPlain(f"a value of kind {name!r} could not be read: {error}") from None


def _decode_tagged(name: str, content: Json, resolve: Callable[[int], object], depth: int) -> Any:  # Any: as above
    if name == "int":
        return int(content, 16)
    if name == "float":
        return float.fromhex(content)
    if name == "bytes":
        return bytes.fromhex(content)
    if name == "handle":
        return resolve(int(content))
    if name == "dict":
        return {decode(k, resolve, depth + 1): decode(v, resolve, depth + 1) for k, v in content}
    return _LISTS[name](decode(item, resolve, depth + 1) for item in content)


def to_line(message: Json) -> bytes:
    """One message as one line. Raises NotPlain when it is longer than MAX_BYTES."""
    line = json.dumps(message, ensure_ascii=True, separators=(",", ":")).encode("ascii") + b"\n"
    if len(line) > MAX_BYTES:
        raise NotPlain(f"a message has {len(line):,} bytes; at most {MAX_BYTES:,} may be sent")
    return line


def from_line(line: bytes) -> dict[str, Json]:
    """The message of a line. Raises NotPlain for anything but one JSON object."""
    try:
        message = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise NotPlain(f"a message is not JSON: {error}") from None
    if not isinstance(message, dict):
        raise NotPlain("a message is not a JSON object")
    return message
