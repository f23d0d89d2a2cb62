"""The kernels that a zygote keeps parked: which, how many, when to make the next one. Forks nothing itself.

A parked kernel is whole but for what only one sandbox has: it sits in its jail with its threads running and waits to be
told directory, environment, key and sockets (`isolation.ahead`, `child.park`). It serves every host that shares the zygote:
a notebook in JupyterLab or Voila as well as a program.

Weighed for who keeps them: (a) each host for itself, as `host.pool` does for programs: a Jupyter server's provisioner lives
as long as one kernel, nothing there outlives it; (b) the zygote, which all hosts of a user share: (b).
"""

from __future__ import annotations

import contextlib
import os
import socket
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from sandbox_kernel.isolation import cgroups
from sandbox_kernel.isolation.ahead import pair
from sandbox_kernel.isolation.cgroups import Cgroup
from sandbox_kernel.isolation.spec import Spec, sandbox_user, system_paths

COUNT = "SANDBOX_KERNEL_PARKED"
KINDS = 2  # what is asked for changes seldom; a third kind takes the place of the oldest
PAUSE_S = 0.3  # after a request: whoever was served goes first
LOOK_S = 0.05  # whether the one before is ready
LEAST_FREE = 0.1  # of the machine's memory


class Kind(NamedTuple):
    spec: Spec
    seeded: bool


@dataclass(slots=True)
class Parked:
    """`spec` is its own: with the user that runs it and the control group that holds it. `line` leads to its keeper."""

    kind: Kind
    spec: Spec
    line: socket.socket
    group: Cgroup | None
    mounts: bytes
    pid: int = 0
    _ready: bool = False

    @property
    def ready(self) -> bool:
        """Whether it has said that it waits."""
        if not self._ready and self.line.fileno() >= 0:
            with contextlib.suppress(OSError):
                self._ready = bool(self.line.recv(64, socket.MSG_DONTWAIT))
        return self._ready

    def end(self) -> None:
        """Unless it was claimed, its keeper ends it when the line closes."""
        self.line.close()


@dataclass(slots=True)
class Lot:
    """`count` of the kinds that are asked for are to wait."""

    count: int = 1
    waiting: list[Parked] = field(default_factory=list)
    _wanted: dict[Kind, int] = field(default_factory=dict)
    _hopeless: set[Kind] = field(default_factory=set)
    _next: float = 0.0

    @property
    def ready(self) -> int:
        return sum(parked.ready for parked in self.waiting)

    @property
    def is_short(self) -> bool:
        """Whether one is being made or is to be made."""
        return self.missing() is not None or self.ready < len(self.waiting)

    def want(self, kind: Kind, count: int | None = None) -> None:
        """From now on this kind is kept: as many as were asked for by number, else until others are asked for."""
        known = self._wanted.pop(kind, self.count)
        self._wanted[kind] = known if count is None else count
        passing = [each for each, number in self._wanted.items() if number <= self.count]
        for each in passing[:-KINDS]:
            del self._wanted[each]
        for parked in [each for each in self.waiting if each.kind not in self._wanted]:
            self.drop(parked)

    def take(self, kind: Kind, given: Sequence[str] = ()) -> Parked | None:
        """One that is ready and sees what is mounted now where the sandbox looks: `given` are its own paths."""
        mounts, paths = mounted(), (*given, *kind.spec.programs, *system_paths())
        fitting = (kind, kind._replace(seeded=True))  # a compile worker that is not needed harms nobody
        for parked in [each for each in self.waiting if each.kind in fitting and each.ready]:
            self.waiting.remove(parked)
            if seen_at(paths, parked.mounts) == seen_at(paths, mounts):
                return parked
            parked.end()
        return None

    def drop(self, parked: Parked) -> None:
        """It is to end; its process is reaped by whoever forked it."""
        self.waiting.remove(parked)
        parked.end()

    def ended(self, parked: Parked) -> None:
        """It ended unclaimed. One that could not be parked is not tried again."""
        if parked in self.waiting:
            if not parked.ready:
                self._hopeless.add(parked.kind)
            self.drop(parked)
        if parked.group is not None:
            parked.group.destroy()

    def drop_all(self) -> None:
        for parked in self.waiting:
            parked.end()
        self.waiting.clear()
        self._wanted.clear()

    def pause(self) -> None:
        """Somebody was served just now."""
        self._next = time.monotonic() + PAUSE_S

    def missing(self) -> Kind | None:
        """What to park next."""
        for kind, count in reversed(self._wanted.items()):
            have = sum(parked.kind == kind for parked in self.waiting)
            if have < count and kind.spec.level == "jail" and kind not in self._hopeless:
                return kind
        return None

    def due_s(self) -> float | None:
        """In how many seconds one is to be made, one after the other; None when none is missing."""
        if self.missing() is None:
            return None
        if any(not parked.ready for parked in self.waiting):
            return LOOK_S
        return max(0.0, self._next - time.monotonic())

    def make(self, kind: Kind) -> tuple[Parked, socket.socket] | None:
        """A place for one, with the end of its line that its process takes; None when it cannot be had now."""
        group = cgroups.create(kind.spec.limits) if kind.spec.memory_bounded or kind.spec.cpu_bounded else None
        user = sandbox_user(kind.spec.programs)
        held = (group.bounds_memory, group.bounds_cpu) if group else (False, False)
        if not has_memory() or min(user, 0) != kind.spec.user or held != kind.spec[-2:]:
            if group is not None:
                group.destroy()
            self._hopeless.add(kind)
            return None
        paths = tuple(group.paths.values()) if group else ()
        mine, theirs = pair()
        parked = Parked(kind, kind.spec._replace(user=user, cgroups=paths), mine, group, mounted())
        self.waiting.append(parked)
        return parked, theirs


def mounted() -> bytes:
    """What is mounted now: a view that was made before shows what was mounted then."""
    with contextlib.suppress(OSError):
        return Path("/proc/self/mountinfo").read_bytes()
    return b""


def seen_at(paths: Iterable[str], mounts: bytes) -> list[bytes]:
    """The lines of `mounts` that say what is mounted at these paths, above and below them."""
    looked = [os.fsencode(path) + b"/" for path in paths]
    found = []
    for line in mounts.splitlines():
        place = line.split()[4].rstrip(b"/") + b"/"
        if any(path.startswith(place) or place.startswith(path) for path in looked):
            found.append(line)
    return found


def has_memory() -> bool:
    facts = dict(line.split(":", 1) for line in Path("/proc/meminfo").read_text().splitlines())
    available, total = (int(facts[name].split()[0]) for name in ("MemAvailable", "MemTotal"))
    return available > LEAST_FREE * total


def count_from(environ: str | None) -> int:
    """`SANDBOX_KERNEL_PARKED`: how many are kept of a kind that is asked for; 0 for none."""
    return max(0, int(environ)) if environ and environ.isdigit() else 1
