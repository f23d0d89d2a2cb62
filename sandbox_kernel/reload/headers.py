"""The head of a class statement: bases, metaclass, keywords; and the slots, which no live class can change."""

from __future__ import annotations

import ast
import enum
import types
import typing
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sandbox_kernel.errors import ReloadError
from sandbox_kernel.reload import classes, derived, replace
from sandbox_kernel.versions.changes import Step, type_params
from sandbox_kernel.versions.units import Unit

if TYPE_CHECKING:
    from sandbox_kernel.reload.modules import ModuleEdit


def slots_of(unit: Unit | None) -> object:
    """The names in `__slots__`, in any order; the expression where it is computed."""
    for node in slots_statements(unit.class_node) if unit else ():
        try:
            found = ast.literal_eval(node.value)
        except ValueError:
            return ast.dump(node.value)
        return {found} if isinstance(found, str) else set(found)
    return None


def slots_statements(node: ast.ClassDef) -> list[ast.Assign]:
    assignments = [statement for statement in node.body if isinstance(statement, ast.Assign)]
    return [each for each in assignments if any(isinstance(t, ast.Name) and t.id == "__slots__" for t in each.targets)]


def refuse_with_instances(edit: ModuleEdit, cls: type) -> None:
    """Only a class that nobody has an instance of can be made anew with other slots."""
    if classes.instances_of(list(classes.family(cls))):
        raise ReloadError(
            f"the __slots__ of '{cls.__qualname__}' changed, and live instances have no room for that; "
            "restart the kernel to apply it, or keep the slots",
            module=edit.name,
            reason="slots-changed",
        )


def change_slots(edit: ModuleEdit, cls: type, step: Step, owners: list[str]) -> type:
    refuse_with_instances(edit, cls)
    scratch = classes.BodyNamespace(cls, edit.overlay)
    classes.execute(edit, cls, owners, [*slots_statements(step.new.class_node)], scratch)
    slots = {name: value for name, value in scratch.items() if name == "__slots__"}
    return replace.replace(edit, cls, cls.__bases__, type(cls), {}, slots)


def generated_slots(unit: Unit | None) -> set[str] | None:
    """The names that `@dataclass(slots=True)` makes slots of."""
    node = unit.class_node if unit else ast.ClassDef("", [], [], [], [])
    keywords = [keyword for each in node.decorator_list if isinstance(each, ast.Call) for keyword in each.keywords]
    if not any(key.arg == "slots" and isinstance(key.value, ast.Constant) and key.value.value for key in keywords):
        return None
    return {
        target.id
        for each in node.body
        if isinstance(each, ast.AnnAssign) and isinstance(target := each.target, ast.Name)
    }


def renew(edit: ModuleEdit, cls: type, step: Step) -> type:
    """Executes the whole class statement again: a decorator makes the class with slots out of the one without."""
    refuse_with_instances(edit, cls)
    scratch = dict(edit.overlay)
    exec(edit.compile(step.new.nodes), edit.live, scratch)
    new: type = scratch[step.new.name]
    replace.take_over(edit, cls, new)
    return new


def change_header(edit: ModuleEdit, cls: type, step: Step) -> type:
    """Other bases, another metaclass, other keywords of the class statement. Returns the class to go on with."""
    node = step.new.class_node
    written = written_bases(edit, cls, step)
    bases = types.resolve_bases(written) or (object,)
    keywords = {keyword.arg: edit.evaluate(keyword.value) for keyword in node.keywords if keyword.arg}
    metaclass: type = keywords.pop("metaclass", None) or types.prepare_class("", bases)[0]
    if not issubclass(metaclass, type(cls)) or not set_header(edit, cls, bases, metaclass):
        return replace.replace(edit, cls, roomy(cls, written, bases), metaclass, keywords, vars(cls))
    if types.resolve_bases(written) is not written:  # only then the statement itself would have kept what was written
        edit.journal.set_class_attr(cls, "__orig_bases__", written)
    else:
        edit.journal.del_class_attr(cls, "__orig_bases__")
    tell_makers(edit, cls, metaclass, keywords)
    return cls


def roomy(cls: type, written: tuple[Any, ...], bases: tuple[type, ...]) -> tuple[Any, ...]:
    """Instances move only to a class whose first base has room for attributes, as their own had: `ABC`, `Generic` and
    mixins with empty slots have none."""
    bare = bases[0].__dictoffset__ == 0 and bases[0].__basicsize__ == object.__basicsize__ and cls.__dictoffset__
    if bases != (object,) and bare and (type.__subclasses__(cls) or classes.instances_of([cls])):
        return (classes.Plain, *written)
    return written or (object,)


def leaves_enum(edit: ModuleEdit, cls: type, step: Step) -> bool:
    """An enum that becomes another kind of class shares nothing with it."""
    if not isinstance(cls, enum.EnumMeta) or not step.bases:
        return False
    bases = types.resolve_bases([edit.evaluate(base) for base in step.new.class_node.bases])
    return not any(isinstance(base, enum.EnumMeta) for base in bases)


def make_anew(edit: ModuleEdit, step: Step) -> type:
    scratch = dict(edit.overlay)
    exec(edit.compile(step.new.nodes), edit.live, scratch)
    new: type = scratch[step.new.name]
    edit.report("replaced", new.__qualname__, "it is another kind of class now")
    return new


def written_bases(edit: ModuleEdit, cls: type, step: Step) -> tuple[Any, ...]:
    """As the class statement says, `Generic` for its type parameters included."""
    node = step.new.class_node
    parameters: tuple[Any, ...] = getattr(cls, "__type_params__", ())
    if step.old is None or type_params(step.old.class_node) != type_params(node):
        parameters = new_parameters(edit, node)
        edit.journal.set_class_attr(cls, "__type_params__", parameters)
    names = {parameter.__name__: parameter for parameter in parameters}
    bases = tuple([edit.evaluate(base, names) for base in node.bases])
    several = [typing.Unpack[each] if isinstance(each, typing.TypeVarTuple) else each for each in parameters]
    return (*bases, typing.Generic[tuple(several)]) if parameters else bases  # type: ignore[index]  # made at run time


def new_parameters(edit: ModuleEdit, node: ast.ClassDef) -> tuple[Any, ...]:
    function = ast.parse("def made(): pass").body[0]
    setattr(function, "type_params", getattr(node, "type_params", []))  # noqa: B010  # 3.12 and later
    scratch = dict(edit.overlay)
    exec(edit.compile([ast.copy_location(function, node)]), edit.live, scratch)
    return getattr(scratch["made"], "__type_params__", ())


def tell_makers(edit: ModuleEdit, cls: type, metaclass: type, keywords: dict[str, Any]) -> None:
    """What a class statement calls with its keywords; a metaclass with a `__new__` of its own sees the class beside
    this one (`derived`)."""
    derived.keep_makers(edit, cls, edit.journal, {})
    if any(edit.is_tracked(each) and "__init__" in vars(each) for each in metaclass.__mro__):
        initialise: Callable[..., None] = metaclass.__init__  # type: ignore[misc]  # on purpose: of the class, as `type` does
        initialise(cls, cls.__name__, cls.__bases__, dict(vars(cls)), **keywords)
    owner = next(base for base in cls.__mro__[1:] if "__init_subclass__" in vars(base))
    makes = any(edit.is_tracked(each) and "__new__" in vars(each) for each in metaclass.__mro__)
    if owner is not object and not makes:
        super(cls, cls).__init_subclass__(**keywords)  # type: ignore[arg-type]  # narrowed by isinstance above


def set_header(edit: ModuleEdit, cls: type, bases: tuple[type, ...], metaclass: type) -> bool:
    """False where CPython does not let the live class have them."""
    edit.journal.step(f"bases of {cls.__qualname__}")
    try:
        if type(cls) is not metaclass:
            type.__setattr__(cls, "__class__", metaclass)
        if bases != cls.__bases__ and (bases, cls.__bases__) != ((object,), (classes.Plain,)):
            cls.__bases__ = (classes.Plain,) if bases == (object,) else bases
    except TypeError as error:
        if not any(word in str(error) for word in ("layout", "deallocator", "mutable types")):
            raise replace.refusal(edit, cls, error) from error
        return False
    return True
