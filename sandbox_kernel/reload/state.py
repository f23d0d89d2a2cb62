"""Remembers mutable state before code that may fail half-way gets to it (migration hooks, statements with effects)."""

from __future__ import annotations

import collections
import sys
from collections.abc import Callable, Iterable
from types import FunctionType, ModuleType
from typing import Any

from sandbox_kernel.reload.journal import Journal, restore_dict

CONTAINERS = (dict, list, set, tuple, frozenset, collections.deque, bytearray)
PLAIN = (int, float, complex, str, bytes, bool, type(None), type, FunctionType, ModuleType, range, slice)


def refill(container: Any, fill: Callable[[Any], None], before: Iterable[object]) -> None:
    container.clear()
    fill(before)


LIMIT = 200_000


class Keeper:
    """Keeps containers and instances that can be reached from some roots; each once, contents by identity.

    Objects of libraries are kept with the containers that they hold, and no further: behind a logger or a task stands
    the whole process. It stops after `limit` objects: for what runs at import the trial has shown that it ends well,
    this is a second net.
    """

    def __init__(self, journal: Journal, is_users: Callable[[object], bool], limit: int = sys.maxsize) -> None:
        self._journal = journal
        self._is_users = is_users
        self._limit = limit
        self._seen: set[int] = set()
        self._held: list[object] = []

    def keep_module(self, module: ModuleType) -> None:
        self.keep(value for name, value in vars(module).items() if not name.startswith("__"))

    def keep(self, roots: Iterable[object]) -> None:
        stack = [(root, False) for root in roots]
        while stack and len(self._held) < self._limit:
            item, in_library = stack.pop()
            if isinstance(item, PLAIN) or id(item) in self._seen:
                continue
            foreign = not isinstance(item, CONTAINERS) and not self._is_users(type(item))
            if foreign and in_library:
                continue
            self._seen.add(id(item))
            self._held.append(item)
            stack += [(held, foreign or in_library) for held in self._keep_one(item)]

    def _keep_one(self, item: Any) -> list[object]:
        """Writes down how to restore `item`, and returns what it holds."""
        add: Callable[[Callable[[], object]], None] = self._journal.add
        if isinstance(item, dict):
            pairs = dict(item)
            add(lambda: restore_dict(item, pairs))
            return [*pairs.values()]
        if isinstance(item, list):
            values = list(item)
            add(lambda: item.__setitem__(slice(None), values))
            return values
        if isinstance(item, set):
            members = set(item)
            add(lambda: refill(item, item.update, members))
            return [*members]
        if isinstance(item, collections.deque):
            queue = list(item)
            add(lambda: refill(item, item.extend, queue))
            return queue
        if isinstance(item, bytearray):
            data = bytes(item)
            add(lambda: item.__setitem__(slice(None), data))
            return []
        if isinstance(item, tuple | frozenset):
            return [*item]
        return self._keep_instance(item)

    def _keep_instance(self, item: Any) -> list[object]:
        held: list[object] = []
        cls = type(item)
        attributes = getattr(item, "__dict__", None)
        if isinstance(attributes, dict):
            before = dict(attributes)
            self._journal.add(lambda: restore_dict(attributes, before))
            self._seen.add(id(attributes))
            held += before.values()
        for base in cls.__mro__:
            for name, descriptor in vars(base).items():
                if type(descriptor).__name__ == "member_descriptor" and "__slots__" in vars(base):
                    held += self._keep_slot(item, name, descriptor)
        if type(item) is not cls:  # pragma: no cover - a proxy that lies about its class is left alone
            return []
        self._journal.add(lambda: None if type(item) is cls else object.__setattr__(item, "__class__", cls))
        return held

    def _keep_slot(self, item: Any, name: str, descriptor: Any) -> list[object]:
        try:
            value = descriptor.__get__(item)
        except AttributeError:
            self._journal.add(lambda: descriptor.__delete__(item) if hasattr(item, name) else None)
            return []
        self._journal.add(lambda: descriptor.__set__(item, value))
        return [value]
