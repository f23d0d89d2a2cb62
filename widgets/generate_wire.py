"""Writes the TypeScript of the wire: `python widgets/generate_wire.py`; `--check` only compares.

Each file of Python's wire gives one of the same name in `src/`; `wire.ts` gives out all of them, and views need no other.

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

TARGET = Path(__file__).parent / "src"
HEAD = "// Generated from sandbox_kernel/{} by widgets/generate_wire.py. Do not edit.\n"
UNIONS = ("Request", "Reply", "AnyEvent")
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


def _file_of(kind: type) -> str:
    return "wire" if kind is Served else kind.__module__.rpartition(".")[2]


def _structs_in(kind: Any) -> set[type[msgspec.Struct]]:  # Any: annotations have no common type
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return {kind}
    return {found for argument in typing.get_args(kind) for found in _structs_in(argument)}


def _imports(file: str, kinds: list[Any]) -> str:  # Any: annotations have no common type
    """What these types name of other files."""
    names: dict[str, set[str]] = {}
    for kind in set().union(*map(_structs_in, kinds)):
        names.setdefault(_file_of(kind), set()).add(kind.__name__)
    return "".join(
        f'import type {{ {", ".join(sorted(names[other]))} }} from "./{other}";\n'
        for other in sorted(names.keys() - {file})
    )


def _whole_wire() -> list[str]:
    """What is said of all messages together."""
    parts = []
    for name in UNIONS:
        members = " | ".join(kind.__name__ for kind in typing.get_args(getattr(wire, name)))
        parts.append(f"export type {name} = {members};\n")
    answers = "\n".join(f"  {kind.__name__}: {_reply_of(kind)};" for kind in typing.get_args(wire.Request))
    parts.append(
        f"/** Which reply answers which request, unless it is a Failure. */\nexport interface Replies {{\n{answers}\n}}\n"
    )
    return parts


def _structs_by_file() -> dict[str, list[type[msgspec.Struct]]]:
    files: dict[str, list[type[msgspec.Struct]]] = {}
    for kind in (*vars(wire).values(), Served):
        is_struct = isinstance(kind, type) and issubclass(kind, msgspec.Struct)
        if is_struct and kind not in (wire.Message, wire.Record, wire.Event):
            files.setdefault(_file_of(kind), []).append(kind)
    return files


def _text(file: str, kinds: list[type[msgspec.Struct]], others: list[str]) -> str:
    """Fields with a default may be left out of a request, never out of what Python sends."""
    named: list[Any] = [hint for kind in kinds for hint in typing.get_type_hints(kind).values()]  # Any: annotations
    interfaces = [_interface(kind, optional=kind in typing.get_args(wire.Request)) for kind in kinds]
    if file != "wire":
        return "\n".join(filter(None, [HEAD.format(f"{file}.py"), _imports(file, named), *interfaces]))
    imports = _imports(file, [*named, *(getattr(wire, name) for name in UNIONS)])
    exports = "".join(f'export * from "./{other}";\n' for other in others)
    opening = [HEAD.format("wire.py and host/served.py"), imports, exports]
    return "\n".join([*opening, f"export const PROTOCOL = {wire.PROTOCOL};\n", *interfaces, *_whole_wire()])


def generate() -> dict[str, str]:
    """The text of each file by its name."""
    files = _structs_by_file()
    others = sorted(files.keys() - {"wire"})
    return {f"{file}.ts": _text(file, kinds, others) for file, kinds in files.items()}


def main() -> int:
    stale = {TARGET / name: text for name, text in generate().items() if read(TARGET / name) != text}
    if "--check" in sys.argv and stale:
        names = ", ".join(path.name for path in stale)
        sys.stderr.write(f"{names} in widgets/src: not current; run: python widgets/generate_wire.py\n")
        return 1
    for path, text in stale.items():
        path.write_text(text, encoding="utf-8")
    return 0


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


if __name__ == "__main__":
    raise SystemExit(main())
