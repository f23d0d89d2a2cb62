"""Compares values, and keeps those of a function's defaults that its edit did not mean."""

from __future__ import annotations

import ast
from collections.abc import Callable
from types import FunctionType
from typing import Any

from sandbox_kernel.versions.statements import Uses, fingerprint, uses_of

ATOMS = (int, float, complex, str, bytes, bool, type(None))


def same_value(old: Any, new: Any) -> bool:
    """Whether nobody can tell one from the other, identity aside."""
    if old is new:
        return True
    if type(old) is not type(new):
        return False
    if isinstance(old, ATOMS):
        return bool(repr(old) == repr(new))
    if type(old) in (tuple, frozenset) and len(old) == len(new):
        if type(old) is frozenset:
            return bool(old == new) and all(isinstance(item, ATOMS) for item in old)
        return all(map(same_value, old, new))
    return False


def is_settled(value: Any) -> bool:
    """A plain value that cannot change by itself: nobody keeps state in it."""
    return isinstance(value, ATOMS) or (type(value) in (tuple, frozenset) and all(map(is_settled, value)))


def keep_unchanged_defaults(
    old: FunctionType,
    new: FunctionType,
    was: ast.FunctionDef | ast.AsyncFunctionDef,
    now: ast.FunctionDef | ast.AsyncFunctionDef,
    reads_changed: Callable[[Uses], bool],
) -> None:
    """A default whose expression did not change keeps its live value: it may be state, such as a cache."""
    before, after = default_nodes(was), default_nodes(now)
    values = {}
    positional = [*was.args.posonlyargs, *was.args.args]
    for argument, value in zip(reversed(positional), reversed(old.__defaults__ or ()), strict=False):
        values[argument.arg] = value
    values |= old.__kwdefaults__ or {}

    def kept(name: str) -> bool:
        return (
            name in values
            and name in before
            and fingerprint(before[name]) == fingerprint(after[name])
            and not reads_changed(uses_of([ast.Expr(after[name])]))
        )

    names = [argument.arg for argument in [*now.args.posonlyargs, *now.args.args]]
    if new.__defaults__:
        tail = names[len(names) - len(new.__defaults__) :]
        pairs = zip(tail, new.__defaults__, strict=True)
        new.__defaults__ = tuple([values[name] if kept(name) else value for name, value in pairs])
    changed: dict[str, Any] = new.__kwdefaults__ or {}
    for name in list(changed):
        if kept(name):
            changed[name] = values[name]


def default_nodes(node: ast.FunctionDef | ast.AsyncFunctionDef) -> dict[str, ast.expr]:
    positional = [*node.args.posonlyargs, *node.args.args]
    pairs = zip(reversed(positional), reversed(node.args.defaults), strict=False)
    found = {argument.arg: default for argument, default in pairs}
    found |= {a.arg: d for a, d in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True) if d is not None}
    return found
