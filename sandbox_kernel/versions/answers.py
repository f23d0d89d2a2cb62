"""The door for what a compile worker sends: JSON of untrusted origin in, checked frozen data out.

Every field is taken by its type and cut to a bound; what does not fit is dropped. Nothing is unpickled or executed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sandbox_kernel.versions.artifact import Artifact, Definition, Diagnostic, digest

_TEXT, _TRACE = 2000, 20_000
_FINDINGS, _DEFINITIONS, _IMPORTS = 1000, 20_000, 5000
_KINDS = ("function", "class", "method", "variable")


@dataclass(frozen=True, slots=True)
class Trouble:
    """What the import of `module` raised, at a place in `place` (a module of the sandbox, or empty)."""

    module: str
    place: str
    line: int
    column: int
    kind: str
    message: str
    hint: str
    traceback: str


def parse(frame: bytes) -> dict[str, Any]:  # Any: JSON
    """A frame as an object; an empty one when it is none."""
    try:
        found = json.loads(frame)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def artifact(found: dict[str, Any], source: str) -> Artifact:  # Any: JSON
    return Artifact(
        module=_text(found, "module"),
        source=source,
        sha256=digest(source),
        imports=tuple(name[:_TEXT] for name in _list(found, "imports", _IMPORTS) if isinstance(name, str)),
        definitions=tuple(_definition(one) for one in objects(found, "definitions", _DEFINITIONS)),
        diagnostics=tuple(_diagnostic(one) for one in objects(found, "findings", _FINDINGS)),
    )


def trouble(found: dict[str, Any]) -> Trouble | None:  # Any: JSON
    error = found.get("error")
    if not isinstance(error, dict):
        return None
    return Trouble(
        module=_text(found, "module"),
        place=_text(error, "module"),
        line=_number(error, "line"),
        column=_number(error, "column"),
        kind=_text(error, "kind"),
        message=_text(error, "message"),
        hint=_text(error, "hint"),
        traceback=_text(error, "traceback", _TRACE),
    )


def text(found: dict[str, Any], key: str) -> str:  # Any: JSON
    return _text(found, key)


def number(found: dict[str, Any], key: str) -> int:  # Any: JSON
    return _number(found, key, lowest=-(2**31))


def _diagnostic(found: dict[str, Any]) -> Diagnostic:  # Any: JSON
    return Diagnostic(
        severity="error" if found.get("severity") == "error" else "warning",
        message=_text(found, "message"),
        hint=_text(found, "hint"),
        code=_text(found, "code"),
        line=_number(found, "line"),
        column=_number(found, "column"),
        end_line=_number(found, "end_line"),
        end_column=_number(found, "end_column"),
    )


def _definition(found: dict[str, Any]) -> Definition:  # Any: JSON
    kind = found.get("kind")
    return Definition(
        name=_text(found, "name"),
        kind=kind if kind in _KINDS else "variable",
        line=_number(found, "line"),
        end_line=_number(found, "end_line"),
    )


def _text(found: dict[str, Any], key: str, limit: int = _TEXT) -> str:  # Any: JSON
    value = found.get(key)
    # A surrogate may come out of an escape; it could not be shown or stored.
    return value[:limit].encode("utf-8", "replace").decode() if isinstance(value, str) else ""


def _number(found: dict[str, Any], key: str, lowest: int = 0) -> int:  # Any: JSON
    value = found.get(key)
    return value if type(value) is int and lowest <= value < 2**31 else 0


def _list(found: dict[str, Any], key: str, limit: int) -> list[Any]:  # Any: JSON
    value = found.get(key)
    return value[:limit] if isinstance(value, list) else []


def objects(found: dict[str, Any], key: str, limit: int) -> list[dict[str, Any]]:  # Any: JSON
    return [one for one in _list(found, key, limit) if isinstance(one, dict)]
