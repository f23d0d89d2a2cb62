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


def keep_state(edit: ModuleEdit, unit: Unit, find: Callable[[str], Any] | None = None) -> None:
    """Remembers what a statement with effects can get at by its names: containers, classes, and the state of user's
    modules. `find` gives the value of a name, None for none."""
    uses, keeper = unit.uses, edit.keeper
    if not uses.effects and not uses.mutates:
        return
    for name in uses.reads | uses.callees | uses.mutates:
        value = (find or edit.overlay.get)(name)
        if isinstance(value, ModuleType):
            if edit.is_tracked(value):
                keeper.keep_module(value)
        elif isinstance(value, FunctionType):
            module = sys.modules.get(value.__module__)
            if module is not None and edit.is_tracked(module):
                keeper.keep_module(module)
        elif isinstance(value, type):
            if edit.is_tracked(value):
                edit.journal.keep_class(value)
                keeper.keep(list(vars(value).values()))
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


def own_annotations(edit: ModuleEdit) -> None:
    """Annotated assignments write into a dictionary of the module; they must not write into the live one."""
    annotations: dict[str, Any] = edit.overlay.get("__annotations__", {})
    if annotations is edit.live.get("__annotations__"):
        edit.overlay["__annotations__"] = dict(annotations)


class Mirror(dict[str, Any]):
    """The names that a statement binds while it runs in the live module itself."""

    def __init__(self, live: dict[str, Any]) -> None:
        super().__init__({"__annotations__": live["__annotations__"]} if "__annotations__" in live else {})
        self._live = live

    def __setitem__(self, name: str, value: Any) -> None:
        super().__setitem__(name, value)
        self._live[name] = value

    def __delitem__(self, name: str) -> None:
        self.pop(name, None)
        del self._live[name]


def execute_live(edit: ModuleEdit, unit: Unit) -> None:
    """The overlay has what the statement bound; of what it binds only sometimes, and not this time, nothing is left."""
    before, bound = {name: edit.live.get(name, MISSING) for name in unit.binds}, Mirror(edit.live)
    exec(edit.code_of(unit), edit.live, bound)
    for name, old in before.items():
        now = edit.live.get(name, MISSING)
        if now is MISSING or (name not in bound and now is old and not asks_for_itself(unit, name)):
            edit.overlay.pop(name, None)
        else:
            edit.overlay[name] = now


def uncovered(units: Sequence[Unit], index: int, overlay: dict[str, Any], ran: set[int]) -> list[int]:
    """Earlier statements whose value shows again, because this one leaves the name alone now (`X = 1`, `if BIG: X = 2`).
    Those that ran already are left out."""
    unit = units[index]
    names = [name for name in unit.binds if name not in overlay] if unit.kind == "other" else []
    if not names or isinstance(unit.nodes[0], ast.Delete):
        return []
    last = {name: j for j in range(index) for name in names if name in units[j].binds}
    return sorted({j for j in last.values() if id(units[j]) not in ran})


def asks_for_itself(unit: Unit, name: str) -> bool:
    """`if "CACHE" not in globals(): CACHE = {}` and its like keep state on purpose."""
    return any(
        isinstance(node, ast.Constant) and node.value == name for each in unit.nodes for node in ast.walk(each)
    ) or (name in unit.uses.reads and any(reads_first(node, name) for node in unit.nodes))


def reads_first(node: ast.stmt, name: str) -> bool:
    """The test of an `if`, or the body of a `try` that does not bind the name."""
    parts: Sequence[ast.AST] = (
        node.body if isinstance(node, ast.Try) else [node.test] if isinstance(node, ast.If) else []
    )
    names = [each for part in parts for each in ast.walk(part) if isinstance(each, ast.Name) and each.id == name]
    return bool(names) and all(isinstance(each.ctx, ast.Load) for each in names)


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
