"""What stands in the head of a class statement: bases, metaclass, keywords; and the slots, which no live class can change."""

from __future__ import annotations

import abc
import ast
import types
from typing import TYPE_CHECKING, Any

from sandbox_kernel.errors import ReloadError
from sandbox_kernel.reload import classes, replace
from sandbox_kernel.versions.changes import Step

if TYPE_CHECKING:
    from sandbox_kernel.reload.modules import ModuleEdit


class Plain:
    """Stands in for `object` as the only base of a class that lost its last one: CPython does not allow the swap."""


def slots_of(node: ast.ClassDef) -> object:
    """The names in `__slots__`, in any order; the expression where it is computed."""
    for statement in node.body:
        if not isinstance(statement, ast.Assign):
            continue
        if any(isinstance(target, ast.Name) and target.id == "__slots__" for target in statement.targets):
            try:
                value = ast.literal_eval(statement.value)
            except ValueError:
                return ast.dump(statement.value)
            return {value} if isinstance(value, str) else set(value)
    return None


def refuse_layout(edit: ModuleEdit, cls: type, step: Step) -> None:
    before = slots_of(step.old.class_node) if step.old else None
    if before != slots_of(step.new.class_node):
        raise ReloadError(
            f"the __slots__ of '{cls.__qualname__}' changed, and live instances have no room for that; "
            "restart the kernel to apply it, or keep the slots",
            module=edit.name,
            reason="slots-changed",
        )


def change_header(edit: ModuleEdit, cls: type, step: Step) -> type:
    """Other bases, another metaclass, other keywords of the class statement. Returns the class to go on with."""
    node = step.new.class_node
    bases = resolve_bases(edit, node)
    keywords = {keyword.arg: edit.evaluate(keyword.value) for keyword in node.keywords if keyword.arg}
    metaclass: type = keywords.pop("metaclass", None) or types.prepare_class("", bases)[0]
    if not issubclass(metaclass, type(cls)) or not set_header(edit, cls, bases, metaclass):
        return replace.replace(edit, cls, bases, metaclass, keywords)
    clear_abc_caches(cls)
    if keywords or step.bases:
        super(cls, cls).__init_subclass__(**keywords)  # type: ignore[arg-type]  # narrowed by isinstance above
    return cls


def set_header(edit: ModuleEdit, cls: type, bases: tuple[type, ...], metaclass: type) -> bool:
    """False where CPython does not let the live class have them."""
    edit.journal.step(f"bases of {cls.__qualname__}")
    try:
        if type(cls) is not metaclass:
            type.__setattr__(cls, "__class__", metaclass)
        if bases != cls.__bases__ and (bases, cls.__bases__) != ((object,), (Plain,)):
            cls.__bases__ = (Plain,) if bases == (object,) else bases
    except TypeError as error:
        if not any(word in str(error) for word in ("layout", "deallocator", "mutable types")):
            raise replace.refusal(edit, cls, error) from error
        return False
    return True


def resolve_bases(edit: ModuleEdit, node: ast.ClassDef) -> tuple[type, ...]:
    bases: list[Any] = []
    for base in node.bases:
        value = edit.evaluate(base)
        entries = getattr(value, "__mro_entries__", None) if not isinstance(value, type) else None
        bases += entries((value,)) if entries else [value]
    return tuple(bases) or (object,)


def clear_abc_caches(cls: type) -> None:
    """Answers of isinstance that abstract base classes remember may be wrong now."""
    for each in {base for member in classes.family(cls) for base in member.__mro__}:
        if isinstance(each, abc.ABCMeta):
            each._abc_caches_clear()  # type: ignore[attr-defined]  # the only way; CPython's own reset for tests
