"""The learner's open browser windows: what they are to show or do now, and what they say they have done.

Each window asks in one long call after the other (`sandbox-classroom/window`), says which notebooks it has open and what
it has carried out, and is told who looks, what is suggested, and which changes to make in an open notebook. A window that
has not asked for a while is gone.
"""

from __future__ import annotations

import asyncio
import contextlib
import time as clock
from dataclasses import dataclass, field
from typing import Any

import msgspec

from sandbox_kernel.wire_class import Look, Suggestion

WAIT_S = 20.0
GONE_S = 5.0
CHANGE_S = 5.0


class Told(msgspec.Struct):
    """What a window says: which notebooks it has open, the looks it shows, the changes it has made."""

    window: str
    state: str = ""
    open: list[str] = []
    shown: list[int] = []
    made: list[str] = []


@dataclass(slots=True)
class Window:
    asked: float
    asking: bool = False
    open: tuple[str, ...] = ()
    shown: frozenset[int] = frozenset()
    changes: dict[str, dict[str, Any]] = field(default_factory=dict)  # Any: JSON; by their ids


class Windows:
    def __init__(self) -> None:
        self.looks: list[Look] = []
        self.suggestions: list[Suggestion] = []
        self._windows: dict[str, Window] = {}
        self._made: dict[str, asyncio.Event] = {}
        self._changed = asyncio.Event()
        self._number = 0

    def wake(self) -> None:
        self._number += 1
        self._changed.set()
        self._changed = asyncio.Event()

    def set(self, looks: list[Look], suggestions: list[Suggestion]) -> None:
        if (looks, suggestions) != (self.looks, self.suggestions):
            self.looks, self.suggestions = looks, suggestions
            self.wake()

    async def answer(self, told: Told) -> dict[str, Any]:  # Any: JSON
        """What this window is to show and do; waits while it knows all of it."""
        window = self._windows.setdefault(told.window, Window(clock.monotonic()))
        window.asked, window.open, window.shown = clock.monotonic(), tuple(told.open), frozenset(told.shown)
        for done in told.made:
            window.changes.pop(done, None)
            self._made.pop(done, asyncio.Event()).set()
        self._forget_gone()
        window.asking = True
        try:
            if told.state == self._state and not window.changes:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(WAIT_S):
                        await self._changed.wait()
        finally:
            window.asking = False
            window.asked = clock.monotonic()
        return {
            "state": self._state,
            "looks": self.looks,
            "suggestions": self.suggestions,
            "changes": [{"id": number, **change} for number, change in window.changes.items()],
        }

    async def change(self, path: str, number: str, change: dict[str, Any]) -> bool:  # Any: as above
        """Has the change made in the window that has this notebook open; false when none did it in time."""
        window = next((one for one in self._here() if path in one.open), None)
        if window is None:
            return False
        done = self._made.setdefault(number, asyncio.Event())
        window.changes[number] = {"path": path, **change}
        self.wake()
        try:
            async with asyncio.timeout(CHANGE_S):
                await done.wait()
            return True
        except TimeoutError:
            return False
        finally:
            window.changes.pop(number, None)
            self._made.pop(number, None)

    def all_show(self, looks: list[Look]) -> bool:
        """Whether every open window tells the learner who looks."""
        wanted = {look.id for look in looks}
        return all(wanted <= window.shown for window in self._here())

    @property
    def _state(self) -> str:
        return f"{id(self)}.{self._number}"

    def _here(self) -> list[Window]:
        now = clock.monotonic()
        return [one for one in self._windows.values() if one.asking or now - one.asked < GONE_S]

    def _forget_gone(self) -> None:
        now = clock.monotonic()
        self._windows = {key: one for key, one in self._windows.items() if one.asking or now - one.asked < 60 * GONE_S}
