"""Patches a live class in place, by the plan of its body, and does what a class statement does without saying so.

Only the statements of the body that changed are executed, in a namespace that falls back on the live class; the class
object, its instances and its subclasses stay the same objects. What a metaclass builds from the whole body (enums,
named tuples) and what decorators generate (dataclasses) is in `shells` and `dataclass_fields`.
"""

from __future__ import annotations

import abc
import ast
import builtins
import dis
import gc
import itertools
from collections.abc import Iterator, Mapping, Sequence
from types import CellType, CodeType, FunctionType, MappingProxyType, ModuleType
from typing import TYPE_CHECKING, Any

from sandbox_kernel.reload import code as codes
from sandbox_kernel.reload import dataclass_fields, derived, functions, headers, reach, reconcile, shells
from sandbox_kernel.reload.journal import Journal
from sandbox_kernel.reload.values import same_value
from sandbox_kernel.versions.changes import ScopePlan, Step
from sandbox_kernel.versions.statements import mangle
from sandbox_kernel.versions.units import Unit, first_line

if TYPE_CHECKING:
    from sandbox_kernel.reload.modules import ModuleEdit

IMPLICIT = {
    "__module__",
    "__qualname__",
    "__classcell__",
    "__static_attributes__",
    "__firstlineno__",
    "__annotations__",
    "__type_params__",
}
IMPLICIT_CLASSMETHODS = {"__init_subclass__", "__class_getitem__"}
SEARCHED = 50  # objects that are looked at to find a class behind its decorators
MISSING: Any = object()


class Plain:
    """Stands in for `object` as the only base of a class that lost its last one: CPython does not allow the swap."""


class BodyNamespace(dict[str, Any]):
    """Where statements of a class body run: what they bind stays here, what they read may come from the live class."""

    def __init__(self, cls: type, outer: dict[str, Any], units: Sequence[Unit] = ()) -> None:
        super().__init__(__annotations__={})
        self._cls, self._outer = cls, outer
        self._own = {name for unit in units for name in unit.binds}
        self.earlier: set[str] = set()  # bound by a statement above: a later one is not there yet (`Part = Part`)

    def __missing__(self, name: str) -> Any:
        members = {} if name in ("__doc__", "__module__", "__dict__", "__weakref__") else vars(self._cls)
        if name in members and name in self.earlier:
            return members[name]
        for parameter in getattr(self._cls, "__type_params__", ()):  # 3.12 and later
            if parameter.__name__ == name:
                return parameter
        if name in self._outer or name in self._own or hasattr(builtins, name):
            return self._outer[name]
        return members[name]

    def find(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            return None


def body_code(
    edit: ModuleEdit, owners: list[str], nodes: list[ast.stmt], parameters: Mapping[str, Any] = MappingProxyType({})
) -> CodeType:
    """The code of a class body that holds just `nodes`, named and mangled as inside the classes (and functions, which are
    written `name()`) of `owners`, where the type parameters are known."""
    inner: list[ast.stmt] = nodes
    for name in reversed(owners):
        node = ast.parse(f"def {name}: pass" if name.endswith("()") else f"class {name}: pass").body[0]
        assert isinstance(node, ast.ClassDef | ast.FunctionDef)
        node.body = inner
        inner = [node]
    if parameters:  # 3.12 and later
        outer = ast.parse(f"def ______({', '.join(parameters)}): pass").body[0]
        assert isinstance(outer, ast.FunctionDef)
        outer.body = inner
        inner = [outer]
    code = edit.compile(inner)
    for name in [*(["______"] if parameters else []), *(owner.removesuffix("()") for owner in owners)]:
        code = next(child for child in codes.children(code) if child.co_name == name)
    return codes.requalify(code, code.co_qualname, code.co_qualname.removeprefix("______.<locals>."))


def type_parameters(edit: ModuleEdit, owners: list[str]) -> dict[str, Any]:
    """By name, those of all the classes round the body."""
    found: dict[str, Any] = {}
    owner: Any = edit.live.get(owners[0])
    for name in owners[1:]:
        found |= {each.__name__: each for each in getattr(owner, "__type_params__", ())}
        owner = vars(owner).get(name) if isinstance(owner, type) else None
    return found | {each.__name__: each for each in getattr(owner, "__type_params__", ())}


def execute(edit: ModuleEdit, cls: type, owners: list[str], nodes: list[ast.stmt], into: dict[str, Any]) -> None:
    parameters = type_parameters(edit, owners)
    code = body_code(edit, owners, nodes, parameters)
    exec(code, edit.live, into, closure=tuple([CellType(parameters[name]) for name in code.co_freevars]) or None)
    cell = into.pop("__classcell__", None)
    if isinstance(cell, CellType):
        cell.cell_contents = cls


def patch_class(edit: ModuleEdit, cls: type, step: Step, owners: list[str]) -> type:
    """Carries out a `class` step; returns the class, which is another one only where CPython allows no other way."""
    plan = step.body
    assert plan is not None
    journal = edit.journal
    journal.keep_class(cls)
    if shells.wants_shell(cls, step):
        shells.rebuild(edit, cls, step)
        return cls
    if len(owners) == 1 and headers.leaves_enum(edit, cls, step):
        return headers.make_anew(edit, step)
    if len(owners) == 1 and headers.generated_slots(step.old) != headers.generated_slots(step.new):
        return headers.renew(edit, cls, step)
    made = derived.before(edit, cls, step)
    if headers.slots_of(step.old) != headers.slots_of(step.new):
        cls = headers.change_slots(edit, cls, step, owners)
    if step.bases or step.keywords:
        cls = headers.change_header(edit, cls, step)
    was_dataclass = dataclass_fields.is_generated(cls)
    if was_dataclass and dataclass_fields.must_regenerate(step):
        dataclass_fields.strip(journal, cls, plan)
    namespace = BodyNamespace(cls, edit.overlay, plan.new)
    descriptors = dataclass_fields.slot_descriptors(cls)
    set_members(edit, cls, plan, namespace, owners)
    set_docstring(edit, cls, step)
    set_annotations(edit, cls, plan, namespace)
    if not was_dataclass:
        set_hash(edit, cls, plan)
    if was_dataclass or step.decorators:
        dataclass_fields.redecorate(edit, cls, step, descriptors)
        if was_dataclass and not dataclass_fields.is_generated(cls):
            set_hash(edit, cls, plan)
    derived.refresh(edit, cls, step, made)
    refresh_abstract(edit, cls)
    if step.bases or plan.gone or isinstance(cls, abc.ABCMeta) or any(s.action == "run" for s in plan.steps.values()):
        edit.regrouped.append(cls)
    if step.edited:
        edit.edited_classes.append(cls)
    if "__firstlineno__" in vars(cls):  # 3.13 and later
        journal.set_class_attr(cls, "__firstlineno__", first_line(step.new.class_node))
        journal.set_class_attr(cls, "__static_attributes__", static_attributes(edit, step, owners))
        for unit, by in plan.shifts:
            if unit.kind == "class":
                shift_first_lines(journal, vars(cls).get(unit.name), cls.__module__, by)
    edit.report("patched", ".".join(owners))
    return cls


def static_attributes(edit: ModuleEdit, step: Step, owners: list[str]) -> tuple[str, ...]:
    """What the compiler has found the methods to store into `self`."""
    code = body_code(edit, owners, step.new.class_node.body)
    found = [each for each in dis.get_instructions(code) if each.opname in ("LOAD_CONST", "STORE_NAME")]
    return next(
        (value.argval for value, store in itertools.pairwise(found) if store.argval == "__static_attributes__"), ()
    )


def find_class(value: object, qualname: str, module: str) -> type | None:
    """The class of that statement: the value itself, or what a decorator made of it leads to (a subclass, a function that
    holds it, an object that does)."""
    stack, seen = [value], set[int]()
    while stack and len(seen) < SEARCHED:
        each = stack.pop(0)
        if id(each) in seen:
            continue
        seen.add(id(each))
        if isinstance(each, type):
            found = [base for base in each.__mro__ if (base.__qualname__, base.__module__) == (qualname, module)]
            if found:
                return found[0]
        elif isinstance(each, FunctionType):
            stack += [cell.cell_contents for cell in each.__closure__ or () if not is_empty(cell)]
        stack += vars(each).values() if not isinstance(each, type | ModuleType) and hasattr(each, "__dict__") else ()
    return value if isinstance(value, type) else None


def is_empty(cell: CellType) -> bool:
    try:
        cell.cell_contents  # noqa: B018  # asking is the only way
    except ValueError:
        return True
    return False


def set_members(edit: ModuleEdit, cls: type, plan: ScopePlan, namespace: BodyNamespace, owners: list[str]) -> None:
    ran: dict[str, Unit] = {}
    done: set[int] = set()
    changed: set[str] = set()  # names of the body with another value than before: what reads them runs again
    bound_anew: set[str] = set()  # ... and by whom: what binds those names later runs again as well
    for index, unit in enumerate(plan.new):
        namespace.earlier |= set(plan.new[index - 1].binds) if index else set()
        step = plan.steps.get(index)
        again = not bound_anew.isdisjoint(unit.binds)
        if step is None and unit.kind != "class" and (again or (changed and unit.uses.reads & changed)):
            step = Step("header" if unit.kind == "def" and not again else "run", unit, unit, edited=False)
            bound_anew |= set(unit.binds) if step.action == "run" else set()
        if step is None or is_docstring(plan.new, index):
            continue
        if step.action == "class" and isinstance(vars(cls).get(unit.name), type):
            inner = vars(cls)[unit.name]
            edit.journal.set_class_attr(cls, unit.name, patch_class(edit, inner, step, [*owners, unit.name]))
        elif step.action == "header" and step.old is not None:
            change_header_of_method(edit, cls, step, namespace, owners)
        elif step.action in ("run", "class"):
            for j in reach.builders(plan.new, index):
                if j not in done:
                    reach.keep_state(edit, plan.new[j], namespace.find)
                    execute(edit, cls, owners, plan.new[j].nodes, namespace)
            reach.keep_state(edit, unit, namespace.find)
            execute(edit, cls, owners, unit.nodes, namespace)
            done.add(index)
            names = (
                unit.binds if unit.kind == "def" else {**dict.fromkeys(unit.binds), **made_otherwise(namespace, plan)}
            )
            ran |= {name: unit for name in names if (index, name) not in plan.shadowed}
            changed |= {name for name in unit.binds if differs(vars(cls).get(name, MISSING), namespace, name)}
    both = {name: (vars(cls).get(name), dict.get(namespace, name)) for name in {*changed, *plan.gone}}
    mark_data(edit, cls, both)
    for name in plan.gone:
        edit.journal.del_class_attr(cls, name)
    taken: dict[int, Any] = {}  # id of a new function -> the live one that took its code over
    for name, unit in ran.items():
        if name in namespace and name not in IMPLICIT:
            new = namespace[name]
            taken[id(new)] = set_member(edit, cls, name, taken.get(id(new), new), unit, plan.new)
        elif name not in namespace:
            edit.journal.del_class_attr(cls, name)


def made_otherwise(namespace: BodyNamespace, plan: ScopePlan) -> dict[str, None]:
    """Names that no statement shows, such as those set through `locals()`."""
    shown = {name for unit in plan.new for name in unit.binds}
    return {name: None for name in namespace if name not in shown}


def mark_data(edit: ModuleEdit, cls: type, values: Mapping[str, tuple[Any, ...]]) -> None:
    """What reads `C.name` at import, here and in other modules, runs again where the name holds data."""
    data = {name for name, both in values.items() if not any(hasattr(type(value), "__get__") for value in both)}
    names = {name for name in data if hasattr(cls, name)}  # nobody has read a new one yet
    if names:
        edit.class_values |= names
        edit.taint.mark_values(cls.__qualname__, names)


def differs(old: Any, namespace: BodyNamespace, name: str) -> bool:
    """A new function is patched into the old one, so it is no other value."""
    new = dict.get(namespace, name, MISSING)
    return not isinstance(new, FunctionType) and not same_value(old, new)


def is_docstring(units: Any, index: int) -> bool:
    node = units[index].nodes[0]
    return index == 0 and isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def change_header_of_method(
    edit: ModuleEdit, cls: type, step: Step, namespace: BodyNamespace, owners: list[str]
) -> None:
    """Defaults and annotations are evaluated once more; whatever decorators made of the function stays."""
    inner = BodyNamespace(cls, edit.overlay)
    inner.update(namespace)
    inner.earlier = namespace.earlier
    node = undecorated(step.new.function)
    execute(edit, cls, owners, [node], inner)
    new = inner[mangle(node.name, owners[-1])]
    for function in edit.functions_of_method(cls, step.new.name, step.new.function):
        edit.change_function_header(function, new, step)


def undecorated(node: ast.FunctionDef | ast.AsyncFunctionDef) -> ast.FunctionDef | ast.AsyncFunctionDef:
    fields = {name: getattr(node, name) for name in node._fields if hasattr(node, name)}
    fields["decorator_list"] = []
    return ast.copy_location(type(node)(**fields), node)


def set_member(edit: ModuleEdit, cls: type, name: str, value: Any, unit: Unit, units: Sequence[Unit]) -> Any:
    """Returns what the name is bound to: the live function, where that could take over the new one."""
    old = vars(cls).get(name, MISSING)
    if isinstance(value, FunctionType):
        fresh = isinstance(old, FunctionType) and all(value is not each for each in vars(cls).values())
        fresh = fresh and not reconcile.belongs_elsewhere(edit, old, unit, units)
        if fresh and is_home(cls, name, old):
            if functions.transplant(edit.journal, old, value, nodes=unit, variants=edit.variants, flags=edit.flags):
                return old
            if value.__globals__ is old.__globals__:
                functions.forward(edit.journal, old, value)
        value = classmethod(value) if name in IMPLICIT_CLASSMETHODS else value
        value = staticmethod(value) if name == "__new__" else value
    edit.journal.set_class_attr(cls, name, value)
    hook = getattr(type(value), "__set_name__", None)
    if hook is not None:
        hook(value, cls, name)
    return value


def is_home(cls: type, name: str, function: FunctionType) -> bool:
    """Whether the function was defined under this name, and is not another member's (`go = run`)."""
    return function.__name__ == name or all(
        function is not value for other, value in vars(cls).items() if other != name
    )


def set_docstring(edit: ModuleEdit, cls: type, step: Step) -> None:
    before = ast.get_docstring(step.old.class_node, clean=False) if step.old else None
    after = ast.get_docstring(step.new.class_node, clean=False)
    if before != after:
        edit.journal.set_class_attr(cls, "__doc__", after)


def annotation_of(unit: Unit) -> str | None:
    node = unit.nodes[0]
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.simple:
        return mangle(node.target.id, unit.class_name)
    return None


def set_annotations(edit: ModuleEdit, cls: type, plan: ScopePlan, namespace: BodyNamespace) -> None:
    names = [name for name in map(annotation_of, plan.new) if name]
    old_names = [name for name in map(annotation_of, plan.old) if name]
    fresh = namespace["__annotations__"]
    if not fresh and names == old_names:
        return
    old = vars(cls).get("__annotations__", {})
    new = {name: fresh.get(name, old.get(name)) for name in names}
    new |= {name: value for name, value in old.items() if name not in new and name not in old_names}
    if new:
        edit.journal.set_class_attr(cls, "__annotations__", new)
    else:
        edit.journal.del_class_attr(cls, "__annotations__")


def set_hash(edit: ModuleEdit, cls: type, plan: ScopePlan) -> None:
    """A class that defines `__eq__` but not `__hash__` gets `__hash__ = None` (data model, object.__hash__)."""
    old = {name for unit in plan.old for name in unit.binds}
    new = {name for unit in plan.new for name in unit.binds}
    if "__hash__" in new:
        return
    if "__eq__" in new:
        edit.journal.set_class_attr(cls, "__hash__", None)
    elif old & {"__eq__", "__hash__"}:
        edit.journal.del_class_attr(cls, "__hash__")


def refresh_abstract(edit: ModuleEdit, cls: type) -> None:
    for each in family(cls):
        if isinstance(each, abc.ABCMeta):
            edit.journal.keep_class(each)
            abc.update_abstractmethods(each)  # type: ignore[arg-type]  # the stub wants a type[...]


def family(cls: type) -> Iterator[type]:
    """The class and everything that derives from it, each once."""
    seen: dict[int, type] = {}
    stack = [cls]
    while stack:
        each = stack.pop()
        if id(each) not in seen:
            seen[id(each)] = each
            stack += type.__subclasses__(each)
            yield each


def shift_first_lines(journal: Journal, cls: object, module: str, by: int) -> None:
    """`inspect.getsource` finds a class by the line that it remembers (3.13 and later)."""
    if isinstance(cls, type) and cls.__module__ == module and "__firstlineno__" in vars(cls):
        journal.set_class_attr(cls, "__firstlineno__", vars(cls)["__firstlineno__"] + by)
        for value in list(vars(cls).values()):
            if isinstance(value, type) and value.__qualname__.startswith(cls.__qualname__ + "."):
                shift_first_lines(journal, value, module, by)


def instances_of(classes: list[type]) -> list[Any]:
    """Live instances of exactly these classes, by one pass over the heap: an instance refers to its class."""
    wanted = {id(cls) for cls in classes}
    found = []
    for item in gc.get_referrers(*classes):
        if id(type(item)) in wanted:
            found.append(item)
    return found
