"""What the metadata of a lesson must look like: `lesson.schema.json`, and its findings as sentences."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema

from sandbox_kernel.classroom.lessons import ROLES

PATH = Path(__file__).with_name("lesson.schema.json")


@cache
def _validator(part: str) -> Any:  # Any: jsonschema's classes are made at run time
    schema = json.loads(PATH.read_text(encoding="utf-8"))
    return jsonschema.Draft202012Validator({**schema, "$ref": f"#/$defs/{part}"})


def manifest_faults(manifest: Mapping[str, Any]) -> Iterator[str]:  # Any: JSON
    """One sentence per fault of the notebook's own `sandbox_kernel` metadata."""
    for error in _validator("lesson").iter_errors(manifest):
        where = ".".join(str(step) for step in error.absolute_path)
        yield f"{where or 'the metadata'}: {error.message}"


def cell_faults(meta: Mapping[str, Any]) -> Iterator[str]:  # Any: JSON
    """One sentence per fault of a cell's `sandbox_kernel` metadata, judged by the rules of its own role only."""
    role = meta.get("role")
    if role not in ROLES:
        yield f"role {role!r} is none of {', '.join(ROLES)}"
        return
    for error in _validator("cell").iter_errors(meta):
        causes = [
            cause for cause in error.context or () if "role" not in cause.absolute_path and _is_about(cause, role)
        ]
        for cause in causes or [error]:
            where = ".".join(str(step) for step in cause.absolute_path)
            yield f"{where + ': ' if where else ''}{cause.message}"


def _is_about(cause: Any, role: str) -> bool:  # Any: a jsonschema error
    """Whether a fault comes from the alternative for this role, not from one of the others."""
    return role in _roles_of(cause.schema_path[0])


@cache
def _roles_of(alternative: int) -> tuple[str, ...]:
    schema = json.loads(PATH.read_text(encoding="utf-8"))
    role = schema["$defs"]["cell"]["oneOf"][alternative]["properties"]["role"]
    return tuple(role.get("enum", (role.get("const"),)))
