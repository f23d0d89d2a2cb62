"""A tree of supervisors in the fewest words, written from OTP's manual and not from our code: pure, no loop, no clock.

Time stands still during a step. What workers do at their n-th start is their `plan`; what happens is a list of "+id" for
each `init` that is entered and "-id" for each `terminate`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Kid:
    """A declared child: a worker with a plan ("ok", "ignore" or "fail" for each start, the last one for ever), or a
    supervisor."""

    id: str
    restart: str = "permanent"
    plan: tuple[str, ...] = ("ok",)
    significant: bool = False
    inner: Sup | None = None


@dataclass(frozen=True)
class Sup:
    kids: tuple[Kid, ...]
    strategy: str = "one_for_one"
    limit: int = 3
    auto: str = "never"


@dataclass
class World:
    now: float = 0.0
    events: list[str] = field(default_factory=list)
    starts: Counter[str] = field(default_factory=Counter)


class NotStarted(Exception):
    """A child failed to start."""


WINDOW = 5.0


@dataclass
class Place:
    """A child of a running supervisor."""

    kid: Kid
    status: str = "stopped"
    inside: Running | None = None


class Running:
    """A supervisor that runs. `outer` is told its end."""

    def __init__(self, world: World, declared: Sup, outer: Any = None) -> None:
        self.world, self.declared, self.outer = world, declared, outer
        self.places: list[Place] = []
        self.times: list[float] = []
        self.alive = True
        for kid in () if declared.strategy == "dynamic" else declared.kids:
            place = Place(kid)
            self.places.append(place)
            try:
                self.start(place)
            except NotStarted:
                self.end()
                raise
        self.places = [p for p in self.places if p.status == "running" or p.kid.restart != "temporary"]

    # ---- one child
    def start(self, place: Place) -> None:
        kid = place.kid
        place.status = "stopped"
        if kid.inner is not None:
            place.inside = Running(self.world, kid.inner, lambda reason: self.ended(place, reason))
            place.status = "running"
            return
        self.world.starts[kid.id] += 1
        self.world.events.append(f"+{kid.id}")
        step = kid.plan[min(self.world.starts[kid.id], len(kid.plan)) - 1]
        if step == "fail":
            raise NotStarted
        place.status = "stopped" if step == "ignore" else "running"

    def stop(self, place: Place) -> None:
        if place.status == "running":
            if place.inside is not None:
                place.inside.end()
            else:
                self.world.events.append(f"-{place.kid.id}")
        place.status = "stopped"

    def forget(self, place: Place) -> None:
        if place in self.places:
            self.places.remove(place)

    # ---- all of them
    def end(self) -> None:
        for place in reversed(self.places):
            self.stop(place)
        self.alive = False

    def leave(self) -> None:
        """End by its own decision."""
        self.end()
        if self.outer is not None:
            self.outer("shutdown")

    # ---- what happens
    def ended(self, place: Place, reason: Any) -> None:
        place.status = "stopped"
        orderly = reason in ("normal", "shutdown") or (isinstance(reason, tuple) and reason[0] == "shutdown")
        if place.kid.restart == "permanent" or (place.kid.restart == "transient" and not orderly):
            self.restart(place)
            return
        if place.kid.restart == "temporary" or self.declared.strategy == "dynamic":
            self.forget(place)
        if place.kid.significant and self.declared.auto != "never":
            others = [p for p in self.places if p.kid.significant and p.status == "running"]
            if self.declared.auto == "any_significant" or not others:
                self.leave()

    def restart(self, place: Place) -> None:
        now = self.world.now
        self.times = [t for t in self.times if now - t <= WINDOW] + [now]
        if len(self.times) > self.declared.limit:
            self.leave()
            return
        first = self.places.index(place)
        group = {"one_for_all": self.places[:], "rest_for_one": self.places[first:]}.get(
            self.declared.strategy, [place]
        )
        for member in reversed(group):
            self.stop(member)
            if member.kid.restart == "temporary":
                self.forget(member)
        for member in [m for m in group if m in self.places]:
            try:
                self.start(member)
            except NotStarted:
                member.status = "restarting"
                self.restart(member)
                return
            if member.status == "stopped" and self.declared.strategy == "dynamic":
                self.forget(member)

    # ---- what a user asks for; the answer is "ok" or the reason of the refusal
    def add(self, kid: Kid) -> str:
        place = Place(kid)
        if self.declared.strategy != "dynamic":
            for other in self.places:
                if other.kid.id == kid.id:
                    return "already_started" if other.status == "running" else "already_present"
        self.places.append(place)
        try:
            self.start(place)
        except NotStarted:
            self.forget(place)
            return "failed"
        if place.status == "stopped" and (kid.restart == "temporary" or self.declared.strategy == "dynamic"):
            self.forget(place)
        return "ok"

    def terminate(self, kid_id: str) -> str:
        place = self.find(kid_id)
        if place is None:
            return "not_found"
        self.stop(place)
        if place.kid.restart == "temporary" or self.declared.strategy == "dynamic":
            self.forget(place)
        return "ok"

    def start_again(self, kid_id: str) -> str:
        place = self.find(kid_id)
        if place is None or place.status == "running":
            return "not_found" if place is None else "running"
        try:
            self.start(place)
        except NotStarted:
            return "failed"
        return "ok"

    def delete(self, kid_id: str) -> str:
        place = self.find(kid_id)
        if place is None or place.status == "running":
            return "not_found" if place is None else "running"
        self.forget(place)
        return "ok"

    def find(self, kid_id: str) -> Place | None:
        return next((p for p in self.places if p.kid.id == kid_id), None)

    # ---- looking
    def shape(self) -> list[Any]:
        return [(p.kid.id, p.inside.shape() if p.inside and p.status == "running" else p.status) for p in self.places]

    def workers(self) -> dict[str, tuple[Running, Place]]:
        """All that run, by id."""
        found: dict[str, tuple[Running, Place]] = {}
        for place in self.places:
            if place.status == "running" and place.inside is not None:
                found |= place.inside.workers()
            elif place.status == "running":
                found[place.kid.id] = (self, place)
        return found

    def supervisors(self) -> dict[str, tuple[Running, Place | None]]:
        found: dict[str, tuple[Running, Place | None]] = {}
        for place in self.places:
            if place.status == "running" and place.inside is not None:
                found[place.kid.id] = (self, place)
                found |= place.inside.supervisors()
        return found
