"""Every change to a live object goes through here, is written down once it succeeded, and can be undone in reverse.

A journal belongs to one transaction and one thread. `fault` is called before every step: tests raise there to show that
a failure at any point leaves everything as it was.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable
from types import CellType, FunctionType
from typing import Any

Undo = Callable[[], object]
MISSING: Any = object()
FUNCTION_FIELDS = (
    "__code__",
    "__name__",
    "__qualname__",
    "__defaults__",
    "__kwdefaults__",
    "__doc__",
    "__annotations__",
    "__type_params__",
    "__dict__",
)
UNTOUCHED = {"__dict__", "__weakref__", "__abstractmethods__", "_abc_impl"}


class Journal:
    def __init__(self, fault: Callable[[str], None] | None = None) -> None:
        self._undo: list[Undo] = []
        self._fault = fault
        self._dicts: dict[int, dict[Any, Any]] = {}
        self._classes: set[int] = set()

    def step(self, what: str) -> None:
        if self._fault is not None:
            self._fault(what)

    def add(self, undo: Undo) -> None:
        self._undo.append(undo)

    def __len__(self) -> int:
        return len(self._undo)

    def undo(self) -> list[BaseException]:
        """Takes everything back; goes on where one step fails, and returns what failed."""
        failures: list[BaseException] = []
        while self._undo:
            try:
                self._undo[-1]()
            except Exception as error:  # border: the remaining steps must still be undone
                failures.append(error)
            self._undo.pop()
        return failures

    # -- dictionaries: module namespaces, registries, sys.modules

    def keep_dict(self, target: dict[Any, Any]) -> None:
        """Remembers all of a dictionary, whoever writes to it from here on."""
        if id(target) in self._dicts:
            return
        before = dict(target)
        self._dicts[id(target)] = target
        self._undo.append(lambda: restore_dict(target, before))

    def set_item(self, target: dict[Any, Any], key: Any, value: Any) -> None:
        before = target.get(key, MISSING)
        if before is value:
            return
        self.step(f"set {key}")
        target[key] = value
        self._undo.append(lambda: target.pop(key, None) if before is MISSING else target.__setitem__(key, before))

    def del_item(self, target: dict[Any, Any], key: Any) -> None:
        if key not in target:
            return
        self.step(f"delete {key}")
        before = target.pop(key)
        self._undo.append(lambda: target.__setitem__(key, before))

    # -- attributes

    def set_attr(self, target: object, name: str, value: Any) -> None:
        before = getattr(target, name, MISSING)
        if before is value:
            return
        self.step(f"set attribute {name}")
        setattr(target, name, value)
        self._undo.append(lambda: delattr(target, name) if before is MISSING else setattr(target, name, before))

    def del_attr(self, target: object, name: str) -> None:
        before = getattr(target, name)
        self.step(f"delete attribute {name}")
        delattr(target, name)
        self._undo.append(lambda: setattr(target, name, before))

    def set_cell(self, cell: CellType, value: Any) -> None:
        try:
            before = cell.cell_contents
        except ValueError:
            before = MISSING
        if before is value:
            return
        self.step("set cell")
        cell.cell_contents = value
        self._undo.append(lambda: restore_cell(cell, before))

    def keep_function(self, function: FunctionType) -> None:
        """Remembers all fields of a function; the attributes in its `__dict__` too, in the same dictionary object."""
        before = [(name, getattr(function, name)) for name in FUNCTION_FIELDS if hasattr(function, name)]
        annotations = dict(function.__annotations__)
        attributes = function.__dict__
        self.keep_dict(attributes)

        def back() -> None:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)  # 3.13: back from a generator to a function
                for name, value in before:
                    if getattr(function, name) is not value:
                        setattr(function, name, value)
            restore_dict(function.__annotations__, annotations)

        self._undo.append(back)

    # -- classes

    def keep_class(self, cls: type) -> None:
        """Remembers a class: its dictionary, bases and metaclass."""
        if id(cls) in self._classes:
            return
        self._classes.add(id(cls))
        attributes, bases, metaclass = dict(vars(cls)), cls.__bases__, type(cls)
        abstract = getattr(cls, "__abstractmethods__", MISSING) if "__abstractmethods__" in attributes else MISSING

        def back() -> None:
            if type(cls) is not metaclass:
                type.__setattr__(cls, "__class__", metaclass)
            if cls.__bases__ != bases:
                cls.__bases__ = bases
            restore_class(cls, attributes)
            if abstract is not MISSING:
                cls.__abstractmethods__ = abstract  # type: ignore[attr-defined]  # every ABC has it

        self._undo.append(back)

    def set_class_attr(self, cls: type, name: str, value: Any) -> None:
        if vars(cls).get(name, MISSING) is value:
            return
        self.keep_class(cls)
        self.step(f"set {cls.__qualname__}.{name}")
        type.__setattr__(cls, name, value)

    def del_class_attr(self, cls: type, name: str) -> None:
        if name not in vars(cls):
            return
        self.keep_class(cls)
        self.step(f"delete {cls.__qualname__}.{name}")
        delete_member(cls, name)


def restore_dict(target: dict[Any, Any], before: dict[Any, Any]) -> None:
    """Gives the keys their old values, in place and never through an empty dictionary, which other threads would
    see."""
    for key in [key for key in target if key not in before]:
        del target[key]
    for key, value in before.items():
        if target.get(key, MISSING) is not value:
            target[key] = value
    for key in out_of_place(target, before):
        target[key] = target.pop(key)


def out_of_place(now: Iterable[Any], before: Iterable[Any]) -> list[Any]:
    """The keys to put at the end, one after the other, so that the order is what it was."""
    wanted = [*before]
    known = set(wanted)
    have = [key for key in now if key in known]
    same = next((i for i, (mine, theirs) in enumerate(zip(have, wanted, strict=False)) if mine != theirs), len(wanted))
    return wanted[same:]


def delete_member(cls: type, name: str) -> None:
    """CPython does not forget that a class had a `__new__`: `object.__new__` would go on refusing the arguments that
    `__init__` takes. So one is left that drops them, as a method wrapper, which `inspect.signature` passes over."""
    if name == "__doc__":  # CPython does not delete it
        type.__setattr__(cls, name, None)
        return
    type.__delattr__(cls, name)
    inherited: object = cls.__new__
    if name == "__new__" and inherited is object.__new__:
        make: Any = plain_new(cls)  # Any: mypy knows no `__call__` of a function
        type.__setattr__(cls, name, make.__call__)


def plain_new(owner: type) -> Callable[..., object]:
    def make(cls: Any, *args: Any, **options: Any) -> object:
        new: Callable[..., object] = super(owner, cls).__new__  # type: ignore[arg-type]  # any class
        return new(cls) if new is object.__new__ else new(cls, *args, **options)

    return make


def restore_class(cls: type, before: dict[str, Any]) -> None:
    now = vars(cls)
    for name in [name for name in now if name not in before and name not in UNTOUCHED]:
        delete_member(cls, name)
    for name, value in before.items():
        if name not in UNTOUCHED and now.get(name, MISSING) is not value:
            type.__setattr__(cls, name, value)
    names = [name for name in before if name not in UNTOUCHED and name != "__doc__"]  # CPython deletes none of these
    for name in out_of_place(now, names):
        type.__delattr__(cls, name)
        type.__setattr__(cls, name, before[name])


def restore_cell(cell: CellType, before: Any) -> None:
    if before is MISSING:
        del cell.cell_contents
    else:
        cell.cell_contents = before
