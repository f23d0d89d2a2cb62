"""Imports and calls that a profile denies, found in the syntax tree. Pure; runs in a child of the compile worker.

It follows imports and their aliases, `getattr` with a literal and `__import__` with a literal, and nothing further: a
courtesy that tells a learner at once what this sandbox is not meant for, not a boundary.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping
from typing import Any


def found_in(tree: ast.Module, profile: Mapping[str, Any]) -> Iterator[tuple[ast.AST, str]]:  # Any: JSON
    """Each node with the rule that it breaks; an expression is reported once, for its longest name."""
    modules, calls = profile.get("denied_modules", []), profile.get("denied_calls", [])
    if not modules and not calls:
        return
    origins = _origins(tree)
    told: set[tuple[int, str]] = set()
    for node in ast.walk(tree):
        for target in _used(node, origins):
            rule = _denied(target, isinstance(node, ast.Call), modules, calls)
            place = (getattr(node, "lineno", 0), rule)
            if rule and place not in told:
                told.add(place)
                yield node, rule
                break


def _origins(tree: ast.Module) -> dict[str, str]:
    """Local name -> dotted name of what was imported under it, over all scopes."""
    found: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                found[alias.asname or alias.name.partition(".")[0]] = (
                    alias.name if alias.asname else alias.name.partition(".")[0]
                )
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    return found


def _used(node: ast.AST, origins: Mapping[str, str]) -> Iterator[str]:
    """Dotted names of what a node imports, calls or refers to."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module:
        yield from (f"{node.module}.{alias.name}" for alias in node.names)
    elif isinstance(node, ast.Call):
        target = _dotted(node.func, origins)
        if target == "getattr":
            target = _dotted(node, origins)
        if target:
            yield target
        first = node.args[0] if node.args else None
        if target in ("__import__", "importlib.import_module", "builtins.__import__") and isinstance(
            first, ast.Constant
        ):
            yield str(first.value)
    elif isinstance(node, ast.Attribute):
        target = _dotted(node, origins)
        if target:
            yield target


def _dotted(node: ast.AST, origins: Mapping[str, str]) -> str:
    """`os.path.join` for that expression, whatever the names were imported as; empty where it is no dotted name."""
    parts: list[str] = []
    while True:
        if isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "getattr":
            if len(node.args) < 2 or not isinstance(node.args[1], ast.Constant):
                return ""
            parts.append(str(node.args[1].value))
            node = node.args[0]
        else:
            break
    if not isinstance(node, ast.Name):
        return ""
    origin = origins.get(node.id, node.id)
    return ".".join([origin.removeprefix("builtins."), *reversed(parts)])


def _denied(target: str, called: bool, modules: Collection[str], calls: Collection[str]) -> str:
    """The rule that forbids a dotted name, or nothing."""
    for rule in modules:
        if target == rule or target.startswith(f"{rule}."):
            return rule
    for rule in calls:
        # A dotted call is found where it is imported or referred to as well; a built-in only where it is called.
        if target.removeprefix("builtins.") == rule and (called or "." in rule):
            return rule
    return ""
