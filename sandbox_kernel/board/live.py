"""The board in memory: one row per learner, a number that grows with each change, and who waits for the next one.

Readers ask for what changed since a number and wait until something did, so a change reaches an open page at once and a
page that was away catches up by itself. `boot` tells a page that numbers have begun anew.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import time as clock
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from sandbox_kernel.board.standing import QUIZ, Standing

ONLINE_S = 20.0


@dataclass(slots=True)
class Learner:
    """What the board knows about one person. `seen`: when their server last asked for something."""

    name: str
    shown: str
    role: str
    seen: float = 0.0
    points: float = 0.0
    fix: str = ""
    looked_at: str = ""
    standings: dict[tuple[str, str], Standing] = field(default_factory=dict)
    number: int = 0

    def to_json(self) -> dict[str, Any]:  # Any: JSON
        """The exercise that was worked at last stands for the whole row; the error is the newest one of any kind."""
        each = sorted(self.standings.values(), key=lambda one: one.changed)
        quizzes = [one for one in each if one.exercise.startswith(QUIZ)]
        exercises = [one for one in each if not one.exercise.startswith(QUIZ)]
        last, shown = (found[-1] if found else None for found in (each, exercises))
        in_lesson = (one for one in reversed(exercises) if one.exercise and last and one.lesson == last.lesson)
        at = next(in_lesson, shown)
        newest = last if last and (last.exercise or last.error) else at  # opening a lesson makes nothing better
        return {
            "name": self.name,
            "shown": self.shown,
            "role": self.role,
            "seen": self.seen,
            "points": self.points,
            "fix": self.fix,
            "looked_at": self.looked_at,
            "passed": sum(one.status == "pass" for one in exercises),
            "quizzes": [sum(one.status == "pass" for one in quizzes), len(quizzes)],
            "error": newest.error if newest else "",
            "progressed": max((one.progressed for one in each), default=0.0),
            "at": asdict(at) if at else None,
        }


class Live:
    def __init__(self) -> None:
        self.boot = secrets.token_hex(4)
        self.learners: dict[str, Learner] = {}
        self._number = 0
        self._changed = asyncio.Event()

    def begin(self, people: Iterable[dict[str, Any]], standings: Iterable[Standing]) -> None:  # Any: rows
        for one in people:
            self.learners[one["name"]] = Learner(one["name"], one["shown"], one["role"])
            self.touch(one["name"])
        self.update(standings)

    def update(self, standings: Iterable[Standing]) -> None:
        for standing in standings:
            learner = self.learners.get(standing.learner)
            if learner is not None:
                learner.standings[standing.lesson, standing.exercise] = standing
                self.touch(standing.learner)

    def seen(self, name: str) -> None:
        """The learner's server asked for something just now. Only the first time after a while is a change to show."""
        learner = self.learners.get(name)
        if learner is not None:
            was_away = clock.time() - learner.seen > ONLINE_S
            learner.seen = clock.time()
            if was_away:
                self.touch(name)

    def set(self, name: str, **values: Any) -> None:  # Any: of the field's type
        learner = self.learners.get(name)
        if learner is not None and any(getattr(learner, key) != value for key, value in values.items()):
            for key, value in values.items():
                setattr(learner, key, value)
            self.touch(name)

    def forget(self, name: str) -> None:
        """The learner's data is gone; pages load everything anew."""
        self.learners.pop(name, None)
        self.boot = secrets.token_hex(4)
        self._wake()

    def touch(self, name: str) -> None:
        self._number += 1
        self.learners[name].number = self._number
        self._wake()

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    def since(self, boot: str, number: int) -> dict[str, Any]:  # Any: JSON
        whole = boot != self.boot
        rows = [one.to_json() for one in self.learners.values() if whole or one.number > number]
        return {"boot": self.boot, "number": self._number, "whole": whole, "now": clock.time(), "learners": rows}

    async def wait(self, boot: str, number: int, timeout_s: float) -> dict[str, Any]:  # Any: as above
        """The next change, or an empty answer after `timeout_s`."""
        if boot == self.boot and number >= self._number:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(timeout_s):
                    await self._changed.wait()
        return self.since(boot, number)
