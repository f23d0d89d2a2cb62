"""What a metaclass, an `__init_subclass__` or a decorator makes of a class body (tables of fields, generated methods,
wrapped ones) follows an edit of that body.

Weighed: run them on the live class (metaclasses work in `__new__`, which makes a class), or make the class statement's class
anew and keep that one (then nothing is patched in place). Here a class is made beside the live one, from the live members,
once as they were and once as they are; what came out differently is moved over. Whatever the making has changed elsewhere
(registries, counters) is put back, since the live class was registered when it was made.
"""

from __future__ import annotations

import sys
import types
from collections.abc import Sequence
from types import FunctionType
from typing import TYPE_CHECKING, Any

from sandbox_kernel.reload import classes
from sandbox_kernel.reload.code import alike
from sandbox_kernel.reload.journal import MISSING, Journal
from sandbox_kernel.reload.state import LIMIT, Keeper
from sandbox_kernel.versions.changes import Step
from sandbox_kernel.versions.units import Unit

if TYPE_CHECKING:
    from sandbox_kernel.reload.modules import ModuleEdit

Members = dict[str, Any]  # Any: a class holds anything
LEFT_OUT = {"__dict__", "__weakref__", "__classcell__", "__abstractmethods__", "_abc_impl", "__orig_bases__"}
MAKERS = ("__new__", "__init__")


def makers(edit: ModuleEdit, cls: type) -> list[type]:
    """The user's classes that have a word in how `cls` is made; `typing` has one for protocols."""
    meta: type = type(cls)
    metas = [each for each in meta.__mro__ if any(name in vars(each) for name in MAKERS)]
    bases = [each for each in cls.__mro__[1:] if "__init_subclass__" in vars(each)]
    found = [each for each in (*metas, *bases) if edit.is_tracked(each)]
    return found or ([meta] if getattr(cls, "_is_protocol", False) else [])


def before(edit: ModuleEdit, cls: type, step: Step) -> Members | None:
    """What the makers make of the live class as it is; None where they have no say in this edit."""
    plan = step.body
    assert plan is not None
    edited = plan.removed or any(each.action == "run" for each in plan.steps.values()) or step.keywords
    if not edited or not (makers(edit, cls) or decorators(edit, cls, step)):
        return None
    old = {keyword.arg: keyword.value for keyword in (step.old or step.new).class_node.keywords if keyword.arg}
    try:
        keywords = {name: edit.evaluate(value) for name, value in old.items() if name != "metaclass"}
        return made(edit, cls, keywords, bound_by(plan.old), decorators(edit, cls, step))
    except Exception:  # border: the user's own makers; then all that they make of the new body counts as new
        return {}


def refresh(edit: ModuleEdit, cls: type, step: Step, old: Members | None) -> None:
    """Moves over what the makers make otherwise now. Raises what they raise."""
    if old is None:
        return
    keywords = {k.arg: edit.evaluate(k.value) for k in step.new.class_node.keywords if k.arg}
    keywords.pop("metaclass", None)
    assert step.body is not None
    bound = bound_by(step.body.new)
    new = made(edit, cls, keywords, bound, decorators(edit, cls, step))
    for name, value in new.items():
        if name not in old or not equal(old[name], value):
            edit.journal.set_class_attr(cls, name, value)
            classes.mark_data(edit, cls, {name: (old.get(name), value)})
    for name in old.keys() - new.keys():
        if name not in bound:
            edit.journal.del_class_attr(cls, name)


def bound_by(units: Sequence[Unit]) -> set[str]:
    return {name for unit in units for name in unit.binds}


def decorators(edit: ModuleEdit, cls: type, step: Step) -> list[Any]:
    """The decorators of the class statement that have added to the class or wrapped members of it, innermost first.
    One that does neither (it registers the class) is not called again; changed ones are called on the live class."""
    plan, nodes = step.body, step.new.class_node.decorator_list
    assert plan is not None
    if not nodes or step.decorators or "__dataclass_fields__" in vars(cls):
        return []
    bound, hidden = bound_by(plan.old), {*LEFT_OUT, *classes.IMPLICIT, "__slots__", "__doc__", "__hash__"}
    added = any(name not in bound and name not in hidden and not is_slot(value) for name, value in vars(cls).items())
    plain = [unit for unit in plan.old if unit.kind == "def" and not unit.function.decorator_list]
    wrapped = any(not is_as_written(cls, unit) for unit in plain)
    return [edit.evaluate(node) for node in reversed(nodes)] if added or wrapped else []


def is_as_written(cls: type, unit: Unit) -> bool:
    value = vars(cls).get(unit.name)
    inner = value.__func__ if isinstance(value, classmethod | staticmethod) else value
    return isinstance(inner, FunctionType) and inner.__code__.co_name == unit.function.name


def made(edit: ModuleEdit, cls: type, keywords: Members, bound: set[str], wrappers: Sequence[Any]) -> Members:
    """What the making adds to, or changes of, the members of `cls`; all its other effects are taken back."""
    names = {*bound, "__module__", "__qualname__", "__doc__", "__annotations__", "__slots__"}
    members = {name: value for name, value in vars(cls).items() if name in names and not is_slot(value)}
    aside = Journal()
    keep_makers(edit, cls, aside, members)
    keep_homes(edit, aside, wrappers)
    try:
        bases = vars(cls).get("__orig_bases__", tuple(b for b in cls.__bases__ if b is not classes.Plain))
        options = {"metaclass": type(cls), **keywords}
        shell = types.new_class(cls.__name__, bases, options, lambda namespace: namespace.update(members))
        for wrapper in wrappers:
            shell = same_class(wrapper(shell), shell)
        result = {name: value for name, value in vars(shell).items() if members.get(name, MISSING) is not value}
    finally:
        aside.undo()
    hidden = {*LEFT_OUT, *classes.IMPLICIT, "__slots__"}
    return {n: put_in_place(v, shell, cls) for n, v in result.items() if n not in hidden and not is_slot(v)}


def same_class(result: object, shell: type) -> type:
    """What a decorator put round the class is not made anew: members of the class itself are looked at."""
    return result if isinstance(result, type) and result.__qualname__ == shell.__qualname__ else shell


def is_slot(value: object) -> bool:
    return isinstance(value, types.MemberDescriptorType | types.GetSetDescriptorType)


def keep_makers(edit: ModuleEdit, cls: type, aside: Journal, members: Members) -> None:
    keeper = Keeper(aside, edit.is_tracked, LIMIT)
    keeper.keep(members.values())
    for each in makers(edit, cls):
        if edit.is_tracked(each):
            aside.keep_class(each)
            keeper.keep(vars(each).values())
            home = edit.module_of(each)
            aside.keep_dict(home.__dict__)
            keeper.keep_module(home)


def keep_homes(edit: ModuleEdit, aside: Journal, wrappers: Sequence[Any]) -> None:
    keeper = Keeper(aside, edit.is_tracked, LIMIT)
    for wrapper in wrappers:
        home = sys.modules.get(getattr(wrapper, "__module__", None) or "")
        if home is not None and edit.is_tracked(home):
            aside.keep_dict(home.__dict__)
            keeper.keep_module(home)
        keeper.keep(cell.cell_contents for cell in getattr(wrapper, "__closure__", None) or ())


def put_in_place(value: Any, shell: type, cls: type) -> Any:
    """The live class where the makers had the other one in hand."""
    if value is shell:
        return cls
    if isinstance(value, FunctionType):
        for cell in value.__closure__ or ():
            if cell.cell_contents is shell:
                cell.cell_contents = cls
    elif type(value) is dict:
        value = {key: put_in_place(item, shell, cls) for key, item in value.items()}
    elif type(value) in (list, tuple):
        value = type(value)([put_in_place(item, shell, cls) for item in value])
    return value


def equal(old: Any, new: Any) -> bool:
    if isinstance(old, FunctionType) and isinstance(new, FunctionType):
        cells = [tuple(c.cell_contents for c in f.__closure__ or ()) for f in (old, new)]
        return alike(old.__code__, new.__code__) and equal(cells[0], cells[1])
    try:
        return type(old) is type(new) and bool(old == new)
    except Exception:  # border: the values' own comparison
        return False
