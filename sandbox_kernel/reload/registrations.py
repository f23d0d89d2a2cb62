"""Implementations of a `functools.singledispatch` function that are gone from the source are taken back; those that the
user registered stay, and edited ones register again when their statements run.
"""

from __future__ import annotations

import ast
import functools
from collections.abc import Callable, Iterator
from types import FunctionType
from typing import TYPE_CHECKING, Any

from sandbox_kernel.reload import classes, functions
from sandbox_kernel.versions.changes import ScopePlan
from sandbox_kernel.versions.units import Unit, first_line

if TYPE_CHECKING:
    from sandbox_kernel.reload.modules import ModuleEdit


def take_back(edit: ModuleEdit) -> None:
    """Before any code is patched: what the old statements have made is known by its lines."""
    _take_back_in(edit, edit.plan.scope, edit.live.get)
    for step in edit.plan.scope.steps.values():
        if step.action == "class" and step.body is not None and ".register" in step.new.text:
            cls = classes.find_class(edit.live.get(step.new.name), step.new.name, edit.name)
            _take_back_in(edit, step.body, vars(cls).get if cls is not None else edit.live.get)


def _take_back_in(edit: ModuleEdit, scope: ScopePlan, find: Callable[[str], Any]) -> None:
    again = [step.old for step in scope.steps.values() if step.action == "run" and step.old is not None]
    for unit in [*scope.removed, *again]:
        for name in _dispatchers(unit):
            function = _function_of(find(name))
            if function is not None:
                _remove(edit, function, unit)


def _dispatchers(unit: Unit) -> Iterator[str]:
    for node in unit.function.decorator_list if unit.kind == "def" else ():
        target = node.func if isinstance(node, ast.Call) else node
        if isinstance(target, ast.Attribute) and target.attr == "register" and isinstance(target.value, ast.Name):
            yield target.value.id


def _function_of(value: Any) -> Any:  # Any: it has attributes that no type shows
    inner = value.dispatcher if isinstance(value, functools.singledispatchmethod) else value
    return inner if isinstance(inner, FunctionType) and hasattr(inner, "registry") else None


def _remove(edit: ModuleEdit, function: Any, unit: Unit) -> None:
    register = function.register
    cells = dict(zip(register.__code__.co_freevars, register.__closure__ or (), strict=True))
    registry: dict[type, Any] = cells["registry"].cell_contents  # `function.registry` is a read-only view of it
    here = unit.function.name, first_line(unit.function)
    gone = [cls for cls, implementation in registry.items() if _comes_from(edit, implementation, here)]
    if gone:
        edit.journal.add(function._clear_cache)
        edit.journal.keep_dict(registry)
        for cls in gone:
            edit.journal.del_item(registry, cls)
        function._clear_cache()


def _comes_from(edit: ModuleEdit, implementation: object, here: tuple[str, int]) -> bool:
    found = [function.__code__ for function in functions.within(implementation, edit.live)]
    return any((code.co_name, code.co_firstlineno) == here for code in found)
