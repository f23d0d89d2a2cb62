"""How far changed values reach within one module: which of its statements and functions read one when it is imported.

What a statement reads is known from its text (`versions.statements`). A function that reads a changed value taints those
who call it at import; so do methods, and classes by what makes their instances.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sandbox_kernel.reload.journal import MISSING
from sandbox_kernel.reload.values import is_settled
from sandbox_kernel.versions.changes import Unit
from sandbox_kernel.versions.statements import FUNCTIONS, Uses, body_reads

MAKERS = {"__init__", "__new__", "__post_init__", "__init_subclass__"}
Pair = tuple[str, str]  # a name of the module, and an attribute or key of it


class Taint:
    """`live` gives the value of a name of the module, MISSING for none."""

    def __init__(self, units: Sequence[Unit], home: str, live: Callable[[str], Any]) -> None:
        self._units, self._home, self._live = units, home, live
        self.names: set[str] = set()
        self.attributes: set[Pair] = set()
        self.items: set[tuple[str, object]] = set()
        self.mutated: set[str] = set()  # hold another content than before, in the same container
        self.functions: set[str] = set()  # read a changed value when they are called
        self.calls: set[Pair] = set()  # the same, of attributes: functions of another module, methods of a class

    def __bool__(self) -> bool:
        return bool(self.names or self.attributes or self.items or self.mutated or self.functions or self.calls)

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

    def mark_stores(self, attributes: Iterable[Pair], items: Iterable[tuple[str, object]], mutated: set[str]) -> None:
        """What a statement that ran has stored into objects which stay the same."""
        self.items |= set(items)
        self.mutated |= mutated
        self.mark_attributes(attributes)

    def mentions(self, unit: Unit) -> bool:
        """Cheap, and never wrong where it says no."""
        pairs = (*self.attributes, *self.calls)
        words = [*self.names, *self.functions, *self.mutated, *(name for _, name in pairs), *(r for r, _ in self.items)]
        return any(word in unit.text for word in words)

    def reads(self, uses: Uses) -> bool:
        return bool(
            uses.reads & self.names
            or uses.attributes & self.attributes
            or (self.items and uses.items & self.items)
            or (self.mutated and self._sums_up(uses))
        )

    def reaches(self, uses: Uses) -> bool:
        """Whether it reads, when its module is executed, a value that has changed, itself or by what it calls."""
        if self.reads(uses) or uses.callees & self.functions:
            return True
        return bool(self.calls) and any(self._leads_to_call(*call) for call in uses.calls)

    def _leads_to_call(self, root: str, name: str) -> bool:
        if (root, name) in self.calls:
            return True
        cls = type(self._live(root))
        return cls.__module__ == self._home and (cls.__qualname__, name) in self.calls

    def _sums_up(self, uses: Uses) -> bool:
        """Reads a mutated container and binds plain values only: nobody's state is in them (`COUNT = len(NAMES)`)."""
        if not uses.reads & self.mutated or uses.mutates & self.mutated or not uses.binds:
            return False
        return all(is_settled(self._live(name)) for name in uses.binds)

    def _follow_calls(self) -> None:
        while True:
            before = len(self.functions) + len(self.calls)
            words = {*self.names, *self.functions, *(name for _, name in (*self.attributes, *self.calls))}
            for unit in self._units:
                if unit.kind != "other" and any(word in unit.text for word in words):
                    self._look_into(unit)
            if before == len(self.functions) + len(self.calls):
                return

    def _look_into(self, unit: Unit) -> None:
        for node in unit.nodes:
            if isinstance(node, FUNCTIONS):
                if self._is_reader(body_reads(node), unit.text):
                    self.functions.add(unit.name)
                continue
            for method in getattr(node, "body", []):
                if isinstance(method, FUNCTIONS) and self._is_reader(body_reads(method), unit.text):
                    self.calls.add((unit.name, method.name))
                    self.functions |= {unit.name} if method.name in MAKERS else set()

    def _is_reader(self, reads: set[str], text: str) -> bool:
        if reads & (self.names | self.functions):
            return True
        return any(root in reads and name in text for root, name in (*self.attributes, *self.calls))


def value_of(*namespaces: dict[str, Any]) -> Callable[[str], Any]:
    """Looks a name up in the first namespace that has it."""

    def find(name: str) -> Any:
        return next((space[name] for space in namespaces if name in space), MISSING)

    return find
