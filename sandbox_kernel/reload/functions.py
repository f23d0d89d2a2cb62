"""Finds the live functions of a module and gives them new code, in place.

Functions that a name of the module leads to are looked up by that name. Only where a function may hide (closures, what
a decorator wraps, lambdas in tables) one pass over the heap asks who refers to the module's dictionary: every function
of the module does, wherever it is held.
"""

from __future__ import annotations

import functools
import gc
import inspect
import warnings
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import Any

from sandbox_kernel.reload import code as codes
from sandbox_kernel.reload.journal import MISSING, Journal
from sandbox_kernel.versions.units import Unit

KIND_FLAGS = inspect.CO_GENERATOR | inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR
Namespace = dict[str, Any]  # values of a module are anything


class Variants:
    """Code that was fitted to one function (see `code.fit`), with the plain code that it stands for."""

    def __init__(self) -> None:
        self._plain: dict[int, tuple[CodeType, CodeType]] = {}

    def plain(self, code: CodeType) -> CodeType:
        known = self._plain.get(id(code))
        return known[1] if known else code

    def remember(self, fitted: CodeType, plain: CodeType) -> None:
        if fitted is not plain:
            self._plain[id(fitted)] = (fitted, plain)

    def shift(self, code: CodeType, lines: int) -> CodeType:
        moved = codes.shift(code, lines)
        if id(code) in self._plain:
            self.remember(moved, codes.shift(self.plain(code), lines))
        return moved


def within(value: object, namespace: Namespace, seen: set[int] | None = None) -> Iterator[FunctionType]:
    """Functions of the module of `namespace` that `value` leads to: itself, what it wraps, members of a class."""
    seen = set() if seen is None else seen
    if id(value) in seen:
        return
    seen.add(id(value))
    if isinstance(value, FunctionType):
        if value.__globals__ is namespace:
            yield value
        parts: Iterable[object] = [value.__dict__["__wrapped__"]] if "__wrapped__" in value.__dict__ else ()
    elif isinstance(value, staticmethod | classmethod | MethodType):
        parts = [value.__func__]
    elif isinstance(value, property):
        parts = [value.fget, value.fset, value.fdel]
    elif isinstance(value, functools.cached_property | functools.partialmethod | functools.partial):
        parts = [value.func]
    elif isinstance(value, type):
        parts = list(vars(value).values()) if value.__module__ == namespace.get("__name__") else ()
    else:
        return
    for part in parts:
        yield from within(part, namespace, seen)


class LiveFunctions:
    """The functions of the modules of one transaction, looked up at most once by a pass over the heap."""

    def __init__(self, namespaces: Sequence[Namespace]) -> None:
        self._namespaces = {id(namespace): namespace for namespace in namespaces}
        self._found: dict[int, list[FunctionType]] | None = None
        self._by_place: dict[int, dict[tuple[str, int], list[FunctionType]]] = {}

    def everywhere(self, namespace: Namespace) -> list[FunctionType]:
        if self._found is None:
            self._found = {key: [] for key in self._namespaces}
            for item in gc.get_referrers(*self._namespaces.values()):
                if isinstance(item, FunctionType) and id(item.__globals__) in self._found:
                    self._found[id(item.__globals__)].append(item)
        return self._found.get(id(namespace), [])

    def _places(self, namespace: Namespace, variants: Variants) -> Mapping[tuple[str, int], list[FunctionType]]:
        places = self._by_place.get(id(namespace))
        if places is None:
            places = self._by_place[id(namespace)] = defaultdict(list)
            for function in self.everywhere(namespace):
                plain = variants.plain(function.__code__)
                places[plain.co_qualname, plain.co_firstlineno].append(function)
        return places

    def of_unit(
        self, unit: Unit, namespace: Namespace, wanted: Sequence[CodeType], variants: Variants
    ) -> Iterator[tuple[FunctionType, int]]:
        """(function, index in `wanted`) for every live function that has one of the codes."""
        left = set(range(len(wanted)))
        hits: list[tuple[FunctionType, int]] = []
        if not unit.hides_functions:
            for function in within(namespace.get(unit.name), namespace):
                index = _index_of(variants.plain(function.__code__), wanted)
                if index is not None:
                    left.discard(index)
                    hits.append((function, index))
        if left and wanted:
            hits.clear()
            places = self._places(namespace, variants)
            for index, code in enumerate(wanted):
                for function in places.get((code.co_qualname, code.co_firstlineno), ()):
                    if codes.same_definition(variants.plain(function.__code__), code):
                        hits.append((function, index))
        yield from hits

    def in_lines(self, units: Sequence[Unit], namespace: Namespace) -> Iterator[tuple[FunctionType, int]]:
        """(function, index of the unit that its code stands in). `units` are in order."""
        if any(unit.hides_functions or (unit.kind not in ("def", "class") and "def " in unit.text) for unit in units):
            lines = {line: i for i, unit in enumerate(units) for line in range(unit.start, unit.end + 1)}
            for function in self.everywhere(namespace):
                index = lines.get(function.__code__.co_firstlineno)
                if index is not None:
                    yield function, index
            return
        for index, unit in enumerate(units):
            if unit.name:
                for function in within(namespace.get(unit.name), namespace):
                    if unit.start <= function.__code__.co_firstlineno <= unit.end:
                        yield function, index


def _index_of(code: CodeType, wanted: Sequence[CodeType]) -> int | None:
    for index, candidate in enumerate(wanted):
        if codes.same_definition(candidate, code):
            return index
    return None


def set_code(journal: Journal, function: FunctionType, code: CodeType) -> None:
    before = function.__code__
    journal.step(f"code of {function.__qualname__}")
    assign_code(function, code)
    journal.add(lambda: assign_code(function, before))


def assign_code(function: FunctionType, code: CodeType) -> None:
    """From 3.13 on, turning a function into a generator or coroutine function warns; here it is what the user asked for."""
    if (function.__code__.co_flags ^ code.co_flags) & KIND_FLAGS:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            function.__code__ = code
    else:
        function.__code__ = code


def outside(function: FunctionType) -> dict[str, object]:
    """What is known of the scopes round a function without its closure: the class that a method's `__class__` stands
    for, found by its qualified name, and type parameters (3.12 and later)."""
    found = {each.__name__: each for each in getattr(function, "__type_params__", ())}
    owner: object = None
    names = function.__qualname__.split(".")[:-1]
    for name in names:
        owner = vars(owner).get(name) if isinstance(owner, type) else function.__globals__.get(name)
        found |= {each.__name__: each for each in getattr(owner, "__type_params__", ())}
    return found | ({"__class__": owner} if isinstance(owner, type) else {})


def recode(
    journal: Journal,
    function: FunctionType,
    new: CodeType,
    unit: Unit,
    *,
    variants: Variants,
    flags: int,
) -> bool:
    """False where the function must keep its old code: it lacks a variable that the new code closes over."""
    old = variants.plain(function.__code__)
    fitted = codes.fit(unit.nodes, new, function.__code__.co_freevars, outside(function), flags)
    if fitted is None:
        return False
    variants.remember(fitted, new)
    set_code(journal, function, fitted)
    if function.__doc__ == codes.docstring(old):
        text = codes.docstring(new)
        if text != function.__doc__:
            journal.set_attr(function, "__doc__", text)
    return True


def wrappers(values: Namespace, home: str) -> Iterator[Any]:
    """Everything among these values of a module, and in classes of it, that says by `__wrapped__` what it wraps, and
    properties."""
    stack: list[Any] = [*values.values()]
    seen: set[int] = set()
    while stack:
        value = stack.pop()
        if id(value) in seen:
            continue
        seen.add(id(value))
        if isinstance(value, type):
            stack += vars(value).values() if value.__module__ == home else ()
        elif isinstance(value, staticmethod | classmethod):
            yield value
            stack.append(value.__func__)
        elif isinstance(value, property):
            yield value
            stack += [value.fget, value.fset]
        elif isinstance(value, functools.cached_property):
            yield value
            stack.append(value.func)
        elif not isinstance(value, ModuleType) and "__wrapped__" in getattr(value, "__dict__", ()):
            yield value
            stack.append(value.__dict__["__wrapped__"])


COPIED = ("__doc__", "__annotations__", "__name__", "__qualname__")


def copied(function: FunctionType) -> dict[str, Any]:
    """What others may have copied from the function, as it is now."""
    return {name: getattr(function, name) for name in COPIED}


def refresh_wrappers(journal: Journal, namespace: Namespace, before: dict[str, Any], function: FunctionType) -> None:
    """What `functools.wraps` and `property` copied at decoration follows the function it was copied from."""
    changed = {name: value for name, value in before.items() if getattr(function, name) != value}
    if not changed:
        return
    for wrapper in list(wrappers(namespace, namespace.get("__name__", ""))):
        if source_of(wrapper) is function:
            for name, value in changed.items():
                if getattr(wrapper, name, MISSING) == value:
                    journal.set_attr(wrapper, name, getattr(function, name))


def source_of(wrapper: Any) -> object:
    if isinstance(wrapper, property):
        return wrapper.fget
    if isinstance(wrapper, functools.cached_property):
        return wrapper.func
    return inspect.unwrap(wrapper)


def transplant(
    journal: Journal,
    old: FunctionType,
    new: FunctionType,
    *,
    nodes: Unit,
    variants: Variants,
    flags: int,
    decorated: bool = True,
) -> bool:
    """Makes `old` do what `new` does while it stays the same object; False where its closure does not allow that.

    Without `decorated` only what the `def` evaluates counts: the code is patched by `recode`, where it has the line of
    the first decorator, and the closure stays.
    """
    plain = variants.plain(new.__code__)
    fitted = codes.fit(nodes.nodes, plain, old.__code__.co_freevars, outside(old), flags)
    if fitted is None or old.__globals__ is not new.__globals__:
        return False
    journal.keep_function(old)
    journal.step(f"function {old.__qualname__}")
    variants.remember(fitted, plain)
    was_trampoline = is_trampoline(old)
    if decorated:
        assign_code(old, fitted)
    old.__name__, old.__qualname__ = new.__name__, new.__qualname__
    old.__defaults__, old.__kwdefaults__ = new.__defaults__, new.__kwdefaults__
    old.__doc__, old.__annotations__ = new.__doc__, new.__annotations__
    if hasattr(new, "__type_params__"):
        setattr(old, "__type_params__", new.__type_params__)  # noqa: B010  # 3.12 and later, unknown to 3.11
    if was_trampoline:
        old.__dict__ = dict(new.__dict__)
    else:
        if "__wrapped__" in old.__dict__ and "__wrapped__" not in new.__dict__:
            del old.__dict__["__wrapped__"]
        old.__dict__.update(new.__dict__)
    if decorated and old.__closure__ and new.__closure__ and old.__code__.co_freevars == new.__code__.co_freevars:
        for mine, theirs in zip(old.__closure__, new.__closure__, strict=True):
            journal.set_cell(mine, theirs.cell_contents)
    return True


def is_trampoline(function: FunctionType) -> bool:
    return function.__code__.co_varnames == ("args", "kwargs", "__target__")


def forward(journal: Journal, old: FunctionType, target: object) -> None:
    """Old references to `old` call `target` from now on. The two share their attributes where both have some."""
    journal.keep_function(old)
    journal.step(f"forward {old.__qualname__}")
    assign_code(old, codes.trampoline(old, target))
    old.__defaults__ = old.__kwdefaults__ = None
    if isinstance(target, FunctionType):
        old.__doc__, old.__annotations__ = target.__doc__, target.__annotations__
        old.__dict__ = target.__dict__
    else:
        old.__doc__ = getattr(target, "__doc__", None)
