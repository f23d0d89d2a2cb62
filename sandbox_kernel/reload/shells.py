"""Classes that are built as a whole: enums and named tuples. The new body is executed beside the live class, and what
came of it (the shell) moves into the live class, so that the class, its members and its instances stay the same
objects.
"""

from __future__ import annotations

import enum
import operator
import typing
from functools import reduce
from types import FunctionType
from typing import TYPE_CHECKING, Any

from sandbox_kernel.errors import ReloadError
from sandbox_kernel.reload import functions
from sandbox_kernel.versions.changes import Step
from sandbox_kernel.versions.units import Unit

if TYPE_CHECKING:
    from sandbox_kernel.reload.modules import ModuleEdit

KEPT = {"__dict__", "__weakref__", "__module__", "__qualname__", "__abstractmethods__", "_abc_impl"}
MEMBER_TABLES = {
    "_member_map_",
    "_value2member_map_",
    "_unhashable_values_",
    "_unhashable_values_map_",
    "_hashable_values_",
}


MAKES_MEMBERS = {"_generate_next_value_", "__new__", "__init__"}


def wants_shell(cls: type, step: Step) -> bool:
    plan = step.body
    assert plan is not None
    units = [*plan.removed, *(each.new for each in plan.steps.values() if each.action == "run")]
    data = any(unit.kind not in ("def", "class") for unit in units)
    if typing.is_typeddict(cls):
        return data or step.bases or step.keywords
    if isinstance(cls, enum.EnumMeta):
        edited = {unit.name for unit in units} | {each.new.name for each in plan.steps.values() if each.edited}
        return data or step.keywords or not edited.isdisjoint(MAKES_MEMBERS)
    return data and is_named_tuple(cls)


def is_named_tuple(cls: type) -> bool:
    return cls.__bases__ == (tuple,) and "_fields" in vars(cls)


def rebuild(edit: ModuleEdit, cls: type, step: Step) -> None:
    scratch = dict(edit.overlay)
    exec(edit.compile(step.new.nodes), edit.live, scratch)
    if not merge(edit, cls, scratch[step.new.name], step.new):
        raise ReloadError(
            f"'{cls.__qualname__}' cannot change its bases while it is live; restart the kernel to apply it",
            module=edit.name,
            reason="bases-changed",
        )
    edit.report("patched", cls.__qualname__)
    if step.edited:
        edit.edited_classes.append(cls)


def merge(edit: ModuleEdit, cls: type, shell: type, unit: Unit) -> bool:
    """Makes `cls` what `shell` is; False, with nothing done, where CPython does not let it have these bases. Both come
    from the same statement or one edited into the other."""
    journal = edit.journal
    journal.keep_class(cls)
    if cls.__bases__ != shell.__bases__:
        same = [base for base in shell.__bases__ if base is not shell]
        try:
            cls.__bases__ = tuple(same)
        except TypeError:
            return False
    members: dict[int, Any] = {}
    if isinstance(cls, enum.EnumMeta) and isinstance(shell, enum.EnumMeta):
        members = merge_members(edit, cls, shell)
    for name, value in list(vars(shell).items()):
        if name not in KEPT:
            edit.journal.step(f"set {cls.__qualname__}.{name}")
            set_from_shell(edit, cls, shell, name, value, members, unit)
    for name in [name for name in vars(cls) if name not in vars(shell) and name not in KEPT]:
        if not is_runtime_attribute(cls, name):
            journal.del_class_attr(cls, name)
    return True


def is_runtime_attribute(cls: type, name: str) -> bool:
    value = vars(cls)[name]
    return not (
        isinstance(value, FunctionType | property | staticmethod | classmethod)
        or isinstance(cls, enum.EnumMeta)
        or is_named_tuple(cls)
    )


def set_from_shell(
    edit: ModuleEdit, cls: type, shell: type, name: str, value: Any, members: dict[int, Any], unit: Unit
) -> None:
    old = vars(cls).get(name)
    for function in functions.within(value, edit.live):
        for cell_name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
            if cell_name == "__class__":
                cell.cell_contents = cls
    if isinstance(value, FunctionType) and isinstance(old, FunctionType) and value.__globals__ is edit.live:
        if functions.transplant(edit.journal, old, value, nodes=unit, variants=edit.variants, flags=edit.flags):
            return
        functions.forward(edit.journal, old, value)
    if name in MEMBER_TABLES:
        value = translate(value, members)
        if name == "_value2member_map_" and isinstance(cls, enum.EnumMeta):
            value |= combinations(edit, cls, value)
    elif id(value) in members:
        value = members[id(value)]
    elif isinstance(value, enum.property) and getattr(value, "member", None) is not None:
        value.member = members.get(id(value.member), value.member)  # 3.12 and later
    edit.journal.set_class_attr(cls, name, value)


def combinations(edit: ModuleEdit, cls: enum.EnumMeta, known: dict[Any, Any]) -> dict[Any, Any]:
    """Flags that were combined at run time (`R | W`) stay the same objects, by the values that their parts have now."""
    found: dict[Any, Any] = {}
    parts = {member._name_: member for member in known.values()}
    for value, member in (cls._value2member_map_ if issubclass(cls, enum.Flag) else {}).items():
        names = (member._name_ or "").split("|")
        if value in known or (member._name_ is not None and len(names) == 1):
            continue
        if member._name_ and all(name in parts for name in names) and can_change(member):
            edit.journal.keep_dict(member.__dict__)
            value = member._value_ = reduce(operator.or_, [parts[name]._value_ for name in names])
        found[value] = member
    return found


def translate(table: Any, members: dict[int, Any]) -> Any:
    if isinstance(table, dict):
        return {key: translate(value, members) for key, value in table.items()}
    if isinstance(table, list):
        return [translate(value, members) for value in table]
    return members.get(id(table), table)


def merge_members(edit: ModuleEdit, cls: enum.EnumMeta, shell: enum.EnumMeta) -> dict[int, Any]:
    """New member -> the one to keep: the live one of that name where it can take the new value, else the new one."""
    kept: dict[int, Any] = {}
    live: dict[str, Any] = dict(cls._member_map_)
    members: dict[str, Any] = {**shell._member_map_}
    for value in shell.__dict__.get("_value2member_map_", {}).values():
        members.setdefault(value._name_ or f"\0{value._value_}", value)
    for name, member in members.items():
        if id(member) in kept:
            continue
        old = live.get(name)
        if old is not None and old._name_ == name and can_become(old, member):
            edit.journal.keep_dict(old.__dict__)
            edit.journal.step(f"member {cls.__qualname__}.{name}")
            if old._value_ != member._value_:
                edit.taint.mark_values(cls.__qualname__, ["value", "_value_"])
                if isinstance(old, enum.Flag):  # `A | B` is made of values
                    edit.taint.mark_values(cls.__qualname__, [name])
            old.__dict__.update(member.__dict__)
            old.__dict__["__objclass__"] = cls
            kept[id(member)] = old
        else:
            if old is not None:
                edit.taint.mark_values(cls.__qualname__, [name])
                edit.class_values.add(name)
                edit.report("replaced", f"{cls.__qualname__}.{name}", "its value is part of the object")
            object.__setattr__(member, "__class__", cls)
            member.__dict__["__objclass__"] = cls
            kept[id(member)] = member
    return kept


def can_become(old: Any, new: Any) -> bool:
    """Members that are numbers or strings hold their value in the object itself."""
    mixed = type(old)._member_type_
    return can_change(old) or mixed(old) == mixed(new)


def can_change(member: Any) -> bool:
    return type(member)._member_type_ is object
