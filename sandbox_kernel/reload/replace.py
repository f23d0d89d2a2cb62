"""A class that cannot take its new bases or metaclass in place is made anew, and everything moves over to it: its members
(the same objects), its instances, its subclasses and the names that lead to it. Where instances cannot move the reload is
refused.

CPython sets `C.__bases__` only if the first base allocates objects alike; a class without bases (`class C:`) never does.
"""

from __future__ import annotations

import functools
import types
from collections.abc import Iterable, Mapping
from types import CodeType, FunctionType, MemberDescriptorType, MethodWrapperType
from typing import TYPE_CHECKING, Any

from sandbox_kernel.errors import ReloadError
from sandbox_kernel.reload import classes, functions
from sandbox_kernel.reload.journal import Journal

if TYPE_CHECKING:
    from sandbox_kernel.reload.modules import ModuleEdit

LEFT_BEHIND = {
    "__slots__",
    "__orig_bases__",
    "__dict__",
    "__weakref__",
    "__abstractmethods__",
    "_abc_impl",
    "__classcell__",
}


def replace(
    edit: ModuleEdit,
    cls: type,
    bases: tuple[Any, ...],
    metaclass: type,
    keywords: dict[str, Any],
    slots: Mapping[str, Any],
) -> type:
    """The class that stands for `cls` from now on. `slots` holds its `__slots__`, if it has any."""
    left = (MemberDescriptorType, MethodWrapperType)  # slots, and what stands in for a `__new__` that is gone
    members = {n: v for n, v in vars(cls).items() if n not in LEFT_BEHIND and not isinstance(v, left)}
    members |= {name: value for name, value in slots.items() if name == "__slots__"}
    edit.journal.step(f"replace {cls.__qualname__}")
    try:
        new = types.new_class(cls.__name__, bases, {"metaclass": metaclass, **keywords}, lambda ns: ns.update(members))
    except (TypeError, ValueError) as error:
        raise refusal(edit, cls, error) from error
    new.__qualname__ = cls.__qualname__
    for value in members.values():
        for function in functions.within(value, edit.live):
            point_to(edit.journal, function, cls, new)
    take_over(edit, cls, new)
    return new


def take_over(edit: ModuleEdit, cls: type, new: type) -> None:
    """Subclasses, instances and calls of the old class go to the new one."""
    move_subclasses(edit, cls, new)
    move_instances(edit, cls, new)
    edit.retired.append((cls, new))
    edit.report("replaced", cls.__qualname__, "CPython cannot give the live class these bases or slots")


def hand_over(edits: Iterable[ModuleEdit]) -> None:
    """Calls of the old classes make instances of the new ones, once nothing can fail any more: CPython does not forget
    that a class had a `__new__`."""
    for edit in edits:
        for cls, new in edit.retired:
            type.__setattr__(cls, "__new__", staticmethod(functools.partial(call_instead, new)))


def call_instead(new: type, _cls: type, *args: Any, **options: Any) -> Any:
    return new(*args, **options)


def refusal(edit: ModuleEdit, cls: type, error: Exception) -> ReloadError:
    return ReloadError(
        f"'{cls.__qualname__}' cannot take these bases while it is live: {error}; restart the kernel to apply it",
        module=edit.name,
        reason="bases-changed",
    )


def point_to(journal: Journal, function: FunctionType, old: type, new: type) -> None:
    """`super()` in a method finds its class in a cell, or as a constant in fitted code."""
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        if name == "__class__" and cell.cell_contents is old:
            journal.set_cell(cell, new)
    if _mentions(function.__code__, old):
        functions.set_code(journal, function, _swap(function.__code__, old, new))


def _mentions(code: CodeType, cls: type) -> bool:
    return any(c is cls or (isinstance(c, CodeType) and _mentions(c, cls)) for c in code.co_consts)


def _swap(code: CodeType, old: type, new: type) -> CodeType:
    constants = [new if c is old else _swap(c, old, new) if isinstance(c, CodeType) else c for c in code.co_consts]
    return code.replace(co_consts=tuple(constants))


def move_subclasses(edit: ModuleEdit, old: type, new: type) -> None:
    subclasses: list[type] = type.__subclasses__(old)
    for sub in subclasses:
        edit.journal.keep_class(sub)
        edit.journal.step(f"bases of {sub.__qualname__}")
        try:
            sub.__bases__ = tuple([new if base is old else base for base in sub.__bases__])
        except TypeError as error:
            raise refusal(edit, sub, error) from error


def move_instances(edit: ModuleEdit, old: type, new: type) -> None:
    def move_back(instance: object) -> None:
        object.__setattr__(instance, "__class__", old)

    for instance in classes.instances_of([old]):
        edit.journal.step(f"class of an instance of {old.__qualname__}")
        try:
            object.__setattr__(instance, "__class__", new)
        except TypeError as error:
            raise refusal(edit, old, error) from error
        edit.journal.add(functools.partial(move_back, instance))
