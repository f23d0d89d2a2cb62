"""Whose state a change concerns: pure, from the sources alone.

A worker is asked to migrate when the source of its class, or of a base class in a changed module, differs. Where both
texts give the class the same literal `vsn`, its author says that the shape of the state is the same, and it is not asked.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ClassChange:
    """`old` and `new` are what `code_change` is told: the class's own `vsn`, else the module's version number."""

    module: str
    qualname: str
    old: object
    new: object


def _classes(body: Iterable[ast.stmt], prefix: str = "") -> Iterator[tuple[str, ast.ClassDef]]:
    for node in body:
        if isinstance(node, ast.ClassDef):
            yield prefix + node.name, node
            yield from _classes(node.body, f"{prefix}{node.name}.")
        elif isinstance(node, ast.If | ast.Try | ast.With):
            yield from _classes(ast.iter_child_nodes(node), prefix)  # type: ignore[arg-type]  # only statements match


def _vsn(node: ast.ClassDef) -> object:
    for statement in node.body:
        targets = statement.targets if isinstance(statement, ast.Assign) else []
        if isinstance(statement, ast.AnnAssign):
            targets = [statement.target]
        named = any(isinstance(target, ast.Name) and target.id == "vsn" for target in targets)
        value = getattr(statement, "value", None)
        if named and isinstance(value, ast.Constant):
            return value.value
    return None


def class_changes(module: str, old: str, new: str, old_number: int, new_number: int) -> list[ClassChange]:
    """The classes of `module` that both texts have and that differ. Both texts must parse."""
    before = dict(_classes(ast.parse(old).body))
    after = dict(_classes(ast.parse(new).body))
    changes = []
    for qualname in before.keys() & after.keys():
        a, b = before[qualname], after[qualname]
        if ast.dump(a) == ast.dump(b):
            continue
        old_vsn, new_vsn = _vsn(a), _vsn(b)
        if old_vsn is not None and old_vsn == new_vsn:
            continue
        old_is = old_number if old_vsn is None else old_vsn
        changes.append(ClassChange(module, qualname, old_is, new_number if new_vsn is None else new_vsn))
    return changes


def change_for(
    lineage: Iterable[tuple[str, str]], changes: Mapping[tuple[str, str], ClassChange]
) -> ClassChange | None:
    """The change that concerns a class: its own, else that of its nearest changed base; None when there is none."""
    return next((changes[name] for name in lineage if name in changes), None)
