"""Writes `src/wire.ts` from `sandbox_kernel/wire.py`: `python widgets/generate_wire.py`; `--check` only compares.

Designs weighed: msgspec's JSON schema with a schema-to-TypeScript package (loses the docstrings and the reply that
each request has, and adds a tool); asking for types by hand (drifts). This reads the classes themselves, and takes
"Answered by X." from each request's docstring, so that a request that names no reply fails here.
"""

from __future__ import annotations

import re
import sys
import typing
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal

import msgspec

from sandbox_kernel import wire
from sandbox_kernel.host.served import Served

TARGET = Path(__file__).parent / "src" / "wire.ts"
HEAD = "// Generated from sandbox_kernel/wire.py and host/served.py by widgets/generate_wire.py. Do not edit.\n"
PLAIN = {str: "string", int: "number", float: "number", bool: "boolean", NoneType: "null", Any: "unknown"}


def _typescript(kind: Any) -> str:  # Any: annotations have no common type
    if kind in PLAIN:
        return PLAIN[kind]
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin is Literal:
        return " | ".join(f'"{value}"' for value in arguments)
    if origin in (UnionType, typing.Union):
        return " | ".join(_typescript(argument) for argument in arguments)
    if origin in (list, tuple):
        item = _typescript(arguments[0])
        return f"({item})[]" if "|" in item else f"{item}[]"
    if origin is dict:
        return f"Record<{_typescript(arguments[0])}, {_typescript(arguments[1])}>"
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return kind.__name__
    raise TypeError(f"the generator does not know how to write {kind!r} in TypeScript; teach it in _typescript()")


def _comment(kind: type) -> str:
    text = " ".join((kind.__dict__.get("__doc__") or "").split())
    return f"/** {text} */\n" if text else ""


def _interface(kind: type[msgspec.Struct], optional: bool) -> str:
    tag = kind.__struct_config__.tag
    lines = [f'  type: "{tag}";'] if tag else []
    hints = typing.get_type_hints(kind)
    for field in msgspec.structs.fields(kind):
        mark = "?" if optional and not field.required else ""
        lines.append(f"  {field.name}{mark}: {_typescript(hints[field.name])};")
    body = "\n".join(lines)
    return f"{_comment(kind)}export interface {kind.__name__} {{\n{body}\n}}\n"


def _reply_of(kind: type) -> str:
    found = re.search(r"Answered by (\w+)", kind.__doc__ or "")
    if found is None:
        raise ValueError(f"the docstring of {kind.__name__} does not say 'Answered by X.'")
    return found[1]


def generate() -> str:
    """The whole text of wire.ts. Fields with a default may be left out of a request, never out of what Python sends."""
    structs = [
        kind
        for kind in vars(wire).values()
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct) and kind not in (wire.Message, wire.Record)
    ]
    requests = typing.get_args(wire.Request)
    parts = [HEAD, f"export const PROTOCOL = {wire.PROTOCOL};\n"]
    parts += [_interface(kind, optional=kind in requests) for kind in structs if kind is not wire.Event]
    parts.append(_interface(Served, optional=False))
    for name in ("Request", "Reply", "AnyEvent"):
        members = " | ".join(kind.__name__ for kind in typing.get_args(getattr(wire, name)))
        parts.append(f"export type {name} = {members};\n")
    answers = "\n".join(f"  {kind.__name__}: {_reply_of(kind)};" for kind in requests)
    parts.append(
        f"/** Which reply answers which request, unless it is a Failure. */\nexport interface Replies {{\n{answers}\n}}\n"
    )
    return "\n".join(parts)


def main() -> int:
    text = generate()
    if "--check" not in sys.argv:
        TARGET.write_text(text, encoding="utf-8")
    elif TARGET.read_text(encoding="utf-8") != text:
        sys.stderr.write("widgets/src/wire.ts is not current; run: python widgets/generate_wire.py\n")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
