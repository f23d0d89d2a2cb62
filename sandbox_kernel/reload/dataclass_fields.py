"""Generates a dataclass anew on the live class: its methods are removed, its fields put back as written, and the
decorator runs again in place. Subclasses that inherit the fields follow, and live instances get their own new default
values.
"""

from __future__ import annotations

import ast
import dataclasses
import functools
from collections.abc import Callable, Sequence
from types import FunctionType, MemberDescriptorType
from typing import TYPE_CHECKING, Any

from sandbox_kernel.errors import ReloadError
from sandbox_kernel.reload import classes
from sandbox_kernel.reload.journal import Journal
from sandbox_kernel.versions.changes import ScopePlan, Step
from sandbox_kernel.versions.units import Unit

if TYPE_CHECKING:
    from sandbox_kernel.reload.modules import ModuleEdit

ORDERING = {"__lt__", "__le__", "__gt__", "__ge__"}


def is_generated(cls: type) -> bool:
    return "__dataclass_fields__" in vars(cls)


def must_regenerate(step: Step) -> bool:
    plan = step.body
    assert plan is not None
    ran = [each.new for each in plan.steps.values() if each.action == "run"]
    reordered = list(map(classes.annotation_of, plan.old)) != list(map(classes.annotation_of, plan.new))
    return step.decorators or step.bases or bool(ran) or bool(plan.removed) or reordered


def _made_by_dataclass(value: object) -> bool:
    inner = getattr(value, "__wrapped__", value)
    return isinstance(inner, FunctionType) and inner.__code__.co_filename == "<string>"


def _own_fields(cls: type) -> dict[str, Any]:
    annotations = vars(cls).get("__annotations__", {})
    fields: dict[str, Any] = vars(cls)["__dataclass_fields__"]
    own = {name: fields[name] for name in annotations if name in fields}
    return {name: field for name, field in own.items() if field._field_type.name != "_FIELD_CLASSVAR"}


def _as_written(field: Any, *, kw_only: bool = True) -> Any:
    """What the class body assigned to the field. Without `kw_only` the decorator and `KW_ONLY` decide that anew."""
    names = ["init", "repr", "hash", "compare", "metadata", "default", "default_factory"]
    return dataclasses.field(**{name: getattr(field, name) for name in [*names, *(["kw_only"] if kw_only else [])]})


def _says_kw_only(units: Sequence[Unit]) -> set[str]:
    """Fields whose own `field(...)` says whether they are for keywords only."""
    found: set[str] = set()
    for unit in units:
        value = getattr(unit.nodes[0], "value", None)
        if isinstance(value, ast.Call) and any(keyword.arg == "kw_only" for keyword in value.keywords):
            found |= set(unit.binds)
    return found


def strip(journal: Journal, cls: type, plan: ScopePlan | None) -> None:
    """Takes away what the decorator made. Names that the new source will set again are set by the caller."""
    for name, value in list(vars(cls).items()):
        if name.startswith("__") and _made_by_dataclass(value):
            journal.del_class_attr(cls, name)
    fields = vars(cls)["__dataclass_fields__"]
    written = {name for unit in plan.old for name in unit.binds} if plan else set()
    if vars(cls).get("__match_args__") == tuple(
        name for name, field in fields.items() if field.init and not field.kw_only
    ):
        journal.del_class_attr(cls, "__match_args__")
    if "__hash__" not in written and vars(cls).get("__hash__", 0) is None:
        journal.del_class_attr(cls, "__hash__")
    if (vars(cls).get("__doc__") or "").startswith(f"{cls.__name__}("):  # the signature, where there was no docstring
        journal.set_class_attr(cls, "__doc__", None)
    explicit = _says_kw_only(plan.old) if plan else set(_own_fields(cls))
    declared = {classes.annotation_of(unit) for unit in plan.new} if plan else set(_own_fields(cls))
    for name, field in _own_fields(cls).items():
        if name not in declared:
            journal.del_class_attr(cls, name)
        elif not isinstance(vars(cls).get(name), MemberDescriptorType):
            journal.set_class_attr(cls, name, _as_written(field, kw_only=name in explicit))


def redecorate(edit: ModuleEdit, cls: type, step: Step, descriptors: dict[str, Any]) -> None:
    """Runs the decorators of the class again where they changed; the dataclass one also where the fields did."""
    regenerate = must_regenerate(step)
    if not regenerate:
        return
    before = set(vars(cls).get("__dataclass_fields__", {}))
    decorators = step.new.class_node.decorator_list
    options = [(node, dataclass_options(edit, node)) for node in decorators]
    if step.decorators:
        drop_ordering(edit, cls, step)
        if is_generated(cls) and not any(found is not None for _, found in options):
            undo_dataclass(edit, cls)
    for node, found in reversed(options):
        if found is not None:
            apply(edit, cls, found, before, descriptors)
        elif step.decorators:
            result = edit.evaluate(node)(cls)
            if result is not cls:
                edit.overlay[step.new.name] = result
    if is_generated(cls):
        for sub in list(classes.family(cls))[1:]:
            if is_generated(sub):
                regenerate_subclass(edit, sub)


def drop_ordering(edit: ModuleEdit, cls: type, step: Step) -> None:
    """What `functools.total_ordering` added goes with it."""
    for name in ORDERING:
        value = vars(cls).get(name)
        if isinstance(value, FunctionType) and value.__module__ == functools.__name__:
            edit.journal.del_class_attr(cls, name)


def undo_dataclass(edit: ModuleEdit, cls: type) -> None:
    for name, field in _own_fields(cls).items():
        if field.default is not dataclasses.MISSING:
            edit.journal.set_class_attr(cls, name, field.default)
        else:
            edit.journal.del_class_attr(cls, name)
    for name in ("__dataclass_fields__", "__dataclass_params__", "__replace__"):
        edit.journal.del_class_attr(cls, name)


def dataclass_options(edit: ModuleEdit, node: ast.expr) -> dict[str, Any] | None:
    """The arguments of a `dataclass` decorator, None for any other one."""
    target = node.func if isinstance(node, ast.Call) else node
    try:
        is_dataclass: bool = edit.evaluate(target) is dataclasses.dataclass
    except Exception:  # border: the user's expression; the decorator itself will report it
        return None
    if not is_dataclass:
        return None
    keywords = node.keywords if isinstance(node, ast.Call) else []
    return {keyword.arg: edit.evaluate(keyword.value) for keyword in keywords if keyword.arg}


def slot_descriptors(cls: type) -> dict[str, Any]:
    return {name: value for name, value in vars(cls).items() if isinstance(value, MemberDescriptorType)}


def apply(edit: ModuleEdit, cls: type, options: dict[str, Any], before: set[str], descriptors: dict[str, Any]) -> None:
    """The decorator in place. With slots the names must be those that the layout has."""
    journal = edit.journal
    journal.keep_class(cls)
    slotted = options.pop("slots", False)
    options.pop("weakref_slot", None)
    has_slots = "__slots__" in vars(cls)
    own = set(vars(cls).get("__annotations__", {}))
    if bool(slotted) != has_slots or (slotted and own - set(vars(cls)["__slots__"])):
        raise ReloadError(
            f"the slots of dataclass '{cls.__qualname__}' changed, and live instances have no room for that; "
            "restart the kernel to apply it",
            module=edit.name,
            reason="slots-changed",
        )
    if slotted and is_generated(cls):
        for name, field in _own_fields(cls).items():
            if vars(cls).get(name) is descriptors.get(name):
                journal.set_class_attr(cls, name, _as_written(field))
    journal.step(f"dataclass {cls.__qualname__}")
    dataclasses.dataclass(**options)(cls)
    for name, descriptor in descriptors.items():
        journal.set_class_attr(cls, name, descriptor)
    initialise(edit, cls, before)


def regenerate_subclass(edit: ModuleEdit, cls: type) -> None:
    params = vars(cls)["__dataclass_params__"]
    names = ["init", "repr", "eq", "order", "unsafe_hash", "frozen"]
    options = {name: getattr(params, name) for name in names}
    edit.journal.keep_class(cls)
    strip(edit.journal, cls, None)
    options["slots"] = "__slots__" in vars(cls)
    apply(edit, cls, options, set(vars(cls)["__dataclass_fields__"]), slot_descriptors(cls))


def initialise(edit: ModuleEdit, cls: type, before: set[str]) -> None:
    """A new field with a default factory: each live instance gets a value of its own, as a new one would."""
    fields: dict[str, Any] = vars(cls)["__dataclass_fields__"]
    factories: dict[str, Callable[[], Any]] = {
        name: field.default_factory
        for name, field in fields.items()
        if name not in before and field.default_factory is not dataclasses.MISSING
    }
    if not factories or not before:
        return
    for instance in classes.instances_of(list(classes.family(cls))):
        for name, factory in factories.items():
            attributes = getattr(instance, "__dict__", None)
            if isinstance(attributes, dict) and name not in attributes:
                edit.journal.set_item(attributes, name, factory())
