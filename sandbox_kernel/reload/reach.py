"""What a statement needs and leaves behind: whether it must wait for new code, whose state it may touch, what it stores."""

from __future__ import annotations

import ast
import functools
import sys
from collections.abc import Callable, Sequence
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING, Any

from sandbox_kernel.reload.code import docstring
from sandbox_kernel.reload.journal import MISSING, Journal
from sandbox_kernel.versions.units import Unit

if TYPE_CHECKING:
    from sandbox_kernel.reload.modules import ModuleEdit


def must_wait(edit: ModuleEdit, unit: Unit) -> bool:
    """Whether a statement needs code or values that only the commit brings.

    True for what calls into the user's own modules, reads a changed name from a scope of its own (such a scope sees the
    live module), or makes a function or class that takes the place of a live one.
    """
    uses = unit.uses
    if needs_module_scope(unit) or uses.nested & edit.taint.names or uses.reads & (edit.foreign | edit.pending):
        return True
    if any(isinstance(edit.live.get(name), FunctionType | type) for name in unit.binds):
        return True
    if isinstance(unit.nodes[0], ast.Import | ast.ImportFrom):
        return any(name in edit.foreign for name in uses.binds)
    return uses.effects and any(edit.is_tracked(edit.overlay.get(name, MISSING)) for name in uses.reads | uses.callees)


def keep_state(edit: ModuleEdit, unit: Unit) -> None:
    """Remembers what a statement with effects can get at by its names: containers, and the state of user's modules."""
    uses = unit.uses
    if not uses.effects and not uses.mutates:
        return
    keeper = edit.keeper
    for name in uses.reads | uses.callees | uses.mutates:
        value = edit.overlay.get(name)
        if isinstance(value, ModuleType):
            if edit.is_tracked(value):
                keeper.keep_module(value)
        elif isinstance(value, FunctionType):
            module = sys.modules.get(value.__module__)
            if module is not None and edit.is_tracked(module):
                keeper.keep_module(module)
        else:
            keeper.keep([value])


def builders(units: Sequence[Unit], index: int, is_container: Callable[[str], bool] = lambda name: False) -> list[int]:
    """Statements before this one that have to run again with it, since it goes on from what they made: `TOTAL = 0` before
    `for n in NUMBERS: TOTAL += n`, `TABLE = []` before a loop that fills it. `is_container` knows the names of plain
    containers."""
    unit = units[index]
    if unit.kind != "other":
        return []
    names = set(unit.uses.binds) & unit.uses.reads
    if isinstance(unit.nodes[0], ast.For | ast.While):
        names |= {name for name in unit.uses.mutates if is_container(name)}
    earlier = [j for j in range(index) if units[j].kind == "other" and not is_import(units[j])] if names else []
    if not any(names & set(units[j].binds) for j in earlier):
        return []
    return [j for j in earlier if names & (set(units[j].binds) | units[j].uses.mutates)]


def is_import(unit: Unit) -> bool:
    return isinstance(unit.nodes[0], ast.Import | ast.ImportFrom)


def needs_module_scope(unit: Unit) -> bool:
    """Statements that bind a name and read it from an inner scope must run in the live module itself."""
    if unit.kind in ("def", "class"):
        return False
    compound = isinstance(unit.nodes[0], ast.If | ast.Try | ast.For | ast.While | ast.With | ast.Match)
    mentions = "def " in unit.text or "lambda" in unit.text or bool(unit.uses.nested & set(unit.uses.binds))
    return "globals()" in unit.text or ((compound or len(unit.nodes) > 1) and mentions)


def asks_for_itself(unit: Unit, name: str) -> bool:
    """`if "CACHE" not in globals(): CACHE = {}` and its like keep state on purpose."""
    if name in unit.uses.reads and isinstance(unit.nodes[0], ast.Try | ast.If):
        return True
    return any(isinstance(node, ast.Constant) and node.value == name for each in unit.nodes for node in ast.walk(each))


def remove_stores(edit: ModuleEdit) -> None:
    """`f.label = 1` and `TABLE["a"] = 1` that are gone from the source are taken back, unless still set elsewhere."""
    removed = {key for unit in edit.plan.scope.removed for key in stores(unit)}
    if not removed:
        return
    still = {key for unit in edit.source.units if unit.kind == "other" for key in stores(unit)}
    for root, kind, key in removed - still:
        target = edit.live.get(root, MISSING)
        if target is not edit.originals.get(root, MISSING):
            continue
        if kind == "item" and type(target) is dict:
            edit.journal.del_item(target, key)
        elif (kind, key) == ("attribute", "__doc__") and isinstance(target, FunctionType):
            edit.journal.set_attr(target, key, docstring(edit.variants.plain(target.__code__)))
        elif kind == "attribute" and not isinstance(target, ModuleType) and key in getattr(target, "__dict__", {}):
            if isinstance(target, type):
                edit.journal.del_class_attr(target, key)
            else:
                edit.journal.del_attr(target, key)


def remove_annotations(edit: ModuleEdit) -> None:
    """`X: int` that is gone from the source is taken back, with or without a value."""
    removed = {node.target.id for unit in edit.plan.scope.removed for node in annotated(unit)}
    if not removed:
        return
    removed -= {node.target.id for unit in edit.source.units for node in annotated(unit)}
    annotations = edit.live.get("__annotations__", {})
    if not removed.isdisjoint(annotations):
        kept = {name: value for name, value in annotations.items() if name not in removed}
        edit.journal.set_item(edit.live, "__annotations__", kept)


def annotated(unit: Unit) -> list[Any]:
    """Annotated assignments to plain names."""
    if unit.kind != "other":
        return []
    return [n for n in unit.nodes if isinstance(n, ast.AnnAssign) and n.simple and isinstance(n.target, ast.Name)]


def stores(unit: Unit) -> set[tuple[str, str, Any]]:
    found: set[tuple[str, str, Any]] = set()
    if unit.kind != "other":
        return found
    for node in unit.nodes:
        for target in node.targets if isinstance(node, ast.Assign) else []:
            if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name):
                found.add((target.value.id, "attribute", target.attr))
            elif (
                isinstance(target, ast.Subscript)
                and isinstance(target.value, ast.Name)
                and isinstance(target.slice, ast.Constant)
            ):
                found.add((target.value.id, "item", target.slice.value))
    return found


def replace_partial(journal: Journal, old: Any, new: Any) -> bool:
    """A `functools.partial` can take over what another one holds, so those who hold it follow."""
    if type(old) is not functools.partial or type(new) is not functools.partial:
        return False
    before, after = old.__reduce__()[2], new.__reduce__()[2]
    journal.step("partial")
    set_state: Callable[[Any], None] = getattr(old, "__setstate__")  # noqa: B009  # missing in the stubs
    set_state(after)
    journal.add(lambda: set_state(before))
    return True
