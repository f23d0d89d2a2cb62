"""Decides which object a name is bound to: the old one, changed into the new one, wherever that can be."""

from __future__ import annotations

from collections.abc import Sequence
from types import FunctionType
from typing import TYPE_CHECKING, Any

from sandbox_kernel.reload import functions, reach, shells
from sandbox_kernel.reload.journal import MISSING
from sandbox_kernel.reload.values import same_value
from sandbox_kernel.versions.units import Unit

if TYPE_CHECKING:
    from sandbox_kernel.reload.modules import ModuleEdit


def reconcile(edit: ModuleEdit, old: Any, new: Any, unit: Unit) -> Any:
    """The object to bind: the old one, changed into the new one, wherever that can be."""
    if old is new or old is MISSING:
        return new
    if same_value(old, new):
        return old
    fresh = all(value is not new for value in edit.originals.values())
    if isinstance(old, FunctionType) and old.__globals__ is edit.live and fresh and callable(new):
        return reconcile_function(edit, old, new, unit)
    if isinstance(old, type) and isinstance(new, type) and fresh and same_home(edit, old, new):
        if not shells.merge(edit, old, new, unit):
            edit.report("replaced", old.__qualname__, "CPython cannot give the live class these bases")
            return new
        edit.edited_classes.append(old)
        return old
    if type(old) is type(new) and fresh and reach.replace_partial(edit.journal, old, new):
        return old
    return new


def belongs_elsewhere(edit: ModuleEdit, function: FunctionType, unit: Unit, units: Sequence[Unit]) -> bool:
    """Whether another one of these new statements is where the live function comes from."""
    code = edit.variants.plain(function.__code__)
    return any(
        each is not unit and each.kind == "def" and each.start <= code.co_firstlineno <= each.end
        for each in units
        if each.name.endswith(code.co_name)  # a private one has the name of its class in front
    )


def same_home(edit: ModuleEdit, old: type, new: type) -> bool:
    return old.__module__ == new.__module__ == edit.name and old.__qualname__ == new.__qualname__


def reconcile_function(edit: ModuleEdit, old: FunctionType, new: Any, unit: Unit) -> Any:
    own = isinstance(new, FunctionType) and new.__globals__ is edit.live
    if (
        unit.kind == "class"
        and old.__qualname__ == unit.name
        and not belongs_elsewhere(edit, old, unit, edit.source.units)
    ):
        functions.forward(edit.journal, old, new)
    if unit.kind != "def" and not (own and new.__qualname__ == old.__qualname__):
        return new
    fits = own and not belongs_elsewhere(edit, old, unit, edit.source.units)
    if fits and functions.transplant(edit.journal, old, new, nodes=unit, variants=edit.variants, flags=edit.flags):
        return old
    if belongs_elsewhere(edit, old, unit, edit.source.units):
        return new
    functions.forward(edit.journal, old, new)
    return old if isinstance(new, FunctionType) else new
