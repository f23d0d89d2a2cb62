"""How far changed values reach within one module: which of its statements and functions read one when it is imported.

What a statement reads is known from its text (`versions.statements`). A function that reads a changed value taints those
who call it at import; so do methods. What an `__init__` reads does not: an instance is state, and it is kept.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from sandbox_kernel.reload import reach
from sandbox_kernel.reload.journal import MISSING
from sandbox_kernel.reload.values import is_settled
from sandbox_kernel.versions.changes import Step, class_scope
from sandbox_kernel.versions.statements import FUNCTIONS, Uses, attributes_read, body_reads, uses_of
from sandbox_kernel.versions.units import Unit

Pair = tuple[str, str]  # a name of the module, and an attribute or key of it
Member = tuple[str, str, str]  # module, class, name


@dataclass(slots=True)
class ChangedMembers:
    """Of the classes of all modules of one change: data with another value, and methods that read what has changed."""

    values: set[Member] = field(default_factory=set)
    methods: set[Member] = field(default_factory=set)


def has_member(members: set[Member], owner: Any, name: str) -> bool:
    """Whether `owner.name`, of a class or an instance, is one of `members`."""
    if not members or isinstance(owner, ModuleType) or owner is MISSING:
        return False
    if not isinstance(owner, type) and name in getattr(owner, "__dict__", ()):
        return False
    mro = owner.__mro__ if isinstance(owner, type) else type(owner).__mro__
    return any((base.__module__, base.__qualname__, name) in members for base in mro)


class Taint:
    """`live` gives the value of a name of the module, MISSING for none."""

    def __init__(self, units: Sequence[Unit], home: str, live: Callable[[str], Any], members: ChangedMembers) -> None:
        self._units, self._home, self._live, self.members = units, home, live, members
        self.names: set[str] = set()
        self.attributes: set[Pair] = set()
        self.items: set[tuple[str, object]] = set()
        self.mutated: set[str] = set()  # hold another content than before, in the same container
        self.functions: set[str] = set()  # read a changed value when they are called
        self.calls: set[Pair] = set()  # the same, of other modules
        self._followed: set[str | Pair | Member] = set()
        self.bound: set[str] = set()  # by statements that read a changed value: what binds them later runs again too

    def __bool__(self) -> bool:
        own = self.names or self.attributes or self.items or self.mutated or self.functions or self.calls
        return bool(own or self.bound or self.members.values or self.members.methods)

    def binds_anew(self, unit: Unit) -> bool:
        """Whether an earlier statement that ran again has bound a name of this one, which is to have the last word."""
        return not self.bound.isdisjoint(unit.binds)

    def mark(self, name: str) -> None:
        self.names.add(name)
        self._follow_calls()

    def mark_attributes(self, pairs: Iterable[Pair]) -> None:
        self.attributes |= set(pairs)
        self._follow_calls()

    def mark_functions(self, names: Iterable[str], calls: Iterable[Pair] = ()) -> None:
        """Of another module: under the names that this one imported them by."""
        self.functions |= set(names)
        self.calls |= set(calls)
        self._follow_calls()

    def mark_values(self, cls: str, names: Iterable[str]) -> None:
        """Of a class of this module: data of its body that has another value now."""
        self.members.values |= {(self._home, cls, name) for name in names}
        self._follow_calls()

    def mark_stores(self, attributes: Iterable[Pair], items: Iterable[tuple[str, object]], mutated: set[str]) -> None:
        """What a statement that ran has stored into objects which stay the same."""
        self.items |= set(items)
        self.mutated |= mutated
        self.mark_attributes(attributes)

    def mentions(self, unit: Unit) -> bool:
        """Cheap, and never wrong where it says no."""
        words = [*self._words(), *self.bound, *self.mutated, *(root for root, _ in self.items)]
        return any(word in unit.text for word in words)

    def _words(self) -> set[str]:
        pairs = {name for _, name in (*self.attributes, *self.calls)}
        return {*self.names, *self.functions, *pairs, *(m[2] for m in (*self.members.values, *self.members.methods))}

    def reads(self, uses: Uses) -> bool:
        return bool(
            uses.reads & self.names
            or uses.attributes & self.attributes
            or (self.items and uses.items & self.items)
            or (self.mutated and self._sums_up(uses))
            or any(has_member(self.members.values, self._live(root), name) for root, name in uses.attributes)
        )

    def reaches(self, uses: Uses) -> bool:
        """Whether it reads, when its module is executed, a value that has changed, itself or by what it calls."""
        if self.reads(uses) or uses.callees & self.functions or uses.calls & self.calls:
            return True
        return any(has_member(self.members.methods, self._live(root), name) for root, name in uses.calls)

    def _sums_up(self, uses: Uses) -> bool:
        """Reads a mutated container and binds plain values only: nobody's state is in them (`COUNT = len(NAMES)`)."""
        if not uses.reads & self.mutated or uses.mutates & self.mutated or not uses.binds:
            return False
        return all(is_settled(self._live(name)) for name in uses.binds)

    def _follow_calls(self) -> None:
        """Only what is new is looked for: a text that mentions none of it reads no more than it did before."""
        while True:
            fresh = self._changed() - self._followed
            if not fresh:
                return
            self._followed |= fresh
            words = {each if isinstance(each, str) else each[-1] for each in fresh}
            for unit in self._units:
                if unit.kind != "other" and any(word in unit.text for word in words):
                    self._look_into(unit)

    def _changed(self) -> set[str | Pair | Member]:
        return {
            *self.names,
            *self.functions,
            *self.attributes,
            *self.calls,
            *self.members.values,
            *self.members.methods,
        }

    def _look_into(self, unit: Unit) -> None:
        for node in unit.nodes:
            if isinstance(node, FUNCTIONS):
                if self._is_reader(node):
                    self.functions.add(unit.name)
                continue
            for method in getattr(node, "body", []):
                if isinstance(method, FUNCTIONS) and self._is_reader(method):
                    self.members.methods.add((self._home, unit.name, method.name))

    def _is_reader(self, node: ast.AST) -> bool:
        reads = body_reads(node)
        if reads & (self.names | self.functions):
            return True
        pairs = {pair for pair in attributes_read(node) if pair[0] in reads}
        if pairs & (self.attributes | self.calls):
            return True
        members = self.members.values | self.members.methods
        return any(has_member(members, self._live(root), name) for root, name in pairs)


def value_of(*namespaces: dict[str, Any]) -> Callable[[str], Any]:
    """Looks a name up in the first namespace that has it."""

    def find(name: str) -> Any:
        return next((space[name] for space in namespaces if name in space), MISSING)

    return find


def tainted_step(taint: Taint, unit: Unit) -> Step | None:
    """What a statement needs whose own text asks for nothing that is executed."""
    again = taint.binds_anew(unit)
    if unit.kind == "class" and not again:
        return _tainted_class(taint, unit)
    if not again and not taint.reaches(unit.uses):
        return None
    if unit.kind == "def" and not again:
        decorators = uses_of([ast.Expr(node) for node in unit.function.decorator_list])
        if not taint.reaches(decorators):
            return Step("header", unit, unit, edited=False)
    taint.bound |= set(unit.binds)
    return Step("run", unit, unit, edited=False)


def _tainted_class(taint: Taint, unit: Unit) -> Step | None:
    """Statements of a class body that read a changed value run again, the others do not."""
    node = unit.class_node
    step = Step("class", unit, unit, body=class_scope(node, node), edited=False)
    add_tainted(taint, step)
    changed = step.bases or step.decorators or (step.body is not None and step.body.steps)
    return step if changed else None


def add_tainted(taint: Taint, step: Step) -> None:
    """Adds to the plan of a class what changed values ask for."""
    body, node = step.body, step.new.class_node
    assert body is not None
    bound: set[str] = set()
    for index, member in enumerate(body.new):
        again = not bound.isdisjoint(member.binds)
        if index not in body.steps and (again or taint.reaches(member.uses)):
            action = "header" if member.kind == "def" and not again else "run"
            body.steps[index] = Step(action, member, member, edited=False)
            bound |= set(member.binds) if action == "run" else set()
            for j in reach.builders(body.new, index):
                body.steps.setdefault(j, Step("run", body.new[j], body.new[j], edited=False))
    outer = uses_of([ast.Expr(base) for base in [*node.bases, *(keyword.value for keyword in node.keywords)]])
    step.bases = step.bases or taint.reads(outer)
    decorators = uses_of([ast.Expr(base) for base in node.decorator_list])
    step.decorators = step.decorators or taint.reads(decorators)
