"""What abstract base classes remember of `isinstance` and `issubclass` is forgotten where an edit may make it wrong.

An answer is kept in the class that was asked (`Sized`, a protocol of the user's), not in the one that was edited; a class
that has got a `__len__` would stay unsized. "No" is forgotten by all of them when something is registered anywhere, "yes"
has to be cleared class by class.
"""

from __future__ import annotations

import abc
import collections.abc
import typing
from collections.abc import Iterator
from typing import Any


def forget(edited: list[type]) -> None:
    """`edited` are classes with other members, bases or hooks than before."""
    if not edited:
        return
    for each in {*askable(), *(base for cls in edited for base in cls.__mro__)}:
        if isinstance(each, abc.ABCMeta):
            each._abc_caches_clear()  # type: ignore[attr-defined]  # the only way; CPython's own reset for tests
    throw_away: Any = abc.ABCMeta("throw_away", (), {})
    throw_away.register(type("registered", (), {}))


def askable() -> Iterator[type]:
    """The classes of `collections.abc` and all that derive from `ABC` or `Protocol`."""
    stack: list[type] = [abc.ABC, typing.Protocol]
    stack += [value for value in vars(collections.abc).values() if isinstance(value, type)]
    seen: set[int] = set()
    while stack:
        each = stack.pop()
        if id(each) not in seen:
            seen.add(id(each))
            stack += type.__subclasses__(each)
            yield each
