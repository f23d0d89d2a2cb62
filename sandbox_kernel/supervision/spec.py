"""What is declared: child specs and supervisors. Plain values; nothing runs here.

A spec says *what to start by name where it can*: each (re)start looks the class up again, so that a class that was
reloaded or defined anew is what restarts. (Keeping the class object restarts the old code for ever; that trap was
measured.)
"""

from __future__ import annotations

import importlib
import math
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sandbox_kernel.supervision.reasons import Reason
from sandbox_kernel.supervision.restarts import AutoShutdown, Member, Restart, Strategy, Tree
from sandbox_kernel.supervision.worker import Worker

Shutdown = float | Literal["infinity", "brutal_kill"]
Name = str | tuple[Any, ...]  # a tuple is a key of the author's choosing, as `via` names are in OTP

_STRATEGIES = ("one_for_one", "one_for_all", "rest_for_one", "dynamic")
_RESTARTS = ("permanent", "transient", "temporary")
_AUTO_SHUTDOWNS = ("never", "any_significant", "all_significant")
WORKER_SHUTDOWN_MS = 5000.0


class SpecError(ValueError):
    """A declaration that cannot run; `reason` is the same as data."""

    def __init__(self, message: str, reason: Reason) -> None:
        self.reason = reason
        super().__init__(message)


@dataclass(frozen=True)
class ChildSpec:
    """One child: `start` is a Worker class, a Supervisor, a function that returns one, or any of these as
    "module:Name"."""

    id: str
    start: type[Worker] | Supervisor | Callable[[], Supervisor] | str
    args: tuple[Any, ...] = ()
    restart: Restart = "permanent"
    #: milliseconds for an orderly end before it is killed, "infinity", or "brutal_kill"; None: 5000, a supervisor
    #: infinity
    shutdown_ms: Shutdown | None = None
    significant: bool = False
    name: Name | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "args", tuple(self.args))
        if self.restart not in _RESTARTS:
            reason = ("invalid_restart_type", self.restart)
            raise _invalid(f"child '{self.id}'", "restart", self.restart, _RESTARTS, reason)
        if not _is_shutdown(self.shutdown_ms):
            raise SpecError(
                f"child '{self.id}' has shutdown_ms={self.shutdown_ms!r}; give ms, 'infinity' or 'brutal_kill'",
                ("invalid_shutdown", self.shutdown_ms),
            )
        if not isinstance(self.start, (str, Supervisor)) and not callable(self.start):
            raise SpecError(
                f"child '{self.id}' starts {self.start!r}; give a Worker class, a Supervisor or 'module:Name'",
                ("invalid_mfa", repr(self.start)),
            )

        self._check_checkpoint()

    def _check_checkpoint(self) -> None:
        start = self.start
        if not (isinstance(start, type) and issubclass(start, Worker)) or start.checkpoint is False:
            return
        every = start.checkpoint
        if self.name is None:
            text = f"child '{self.id}' has checkpoints, which are kept by name; give it a name"
            raise SpecError(text, ("invalid_checkpoint", "no_name"))
        if start.kind == "process":
            text = (
                f"child '{self.id}' runs in a process of its own, which checkpoints cannot see into; use kind 'thread'"
            )
            raise SpecError(text, ("invalid_checkpoint", "process"))
        if not isinstance(every, bool) and not (isinstance(every, int | float) and every > 0):
            text = f"'{start.__qualname__}' has checkpoint={every!r}; give True or the seconds between two saves"
            raise SpecError(text, ("invalid_checkpoint", every))

    @property
    def is_supervisor(self) -> bool:
        """Whether it starts a supervisor, as far as can be said without importing anything."""
        start = self.start
        if isinstance(start, str):
            module, _, qualname = start.partition(":")
            found = _lookup(module, qualname)
            return found is not None and not isinstance(found, type)
        return not isinstance(start, type)

    @property
    def kill_after_s(self) -> float | None:
        """Seconds for an orderly end; 0 for none at all, None for as long as it takes."""
        if self.shutdown_ms == "brutal_kill":
            return 0.0
        if self.shutdown_ms == "infinity" or (self.shutdown_ms is None and self.is_supervisor):
            return None
        ms = WORKER_SHUTDOWN_MS if self.shutdown_ms is None else float(self.shutdown_ms)
        return None if math.isinf(ms) else ms / 1000


@dataclass(frozen=True)
class Supervisor:
    """A supervisor and its children, as a value: nest it in a `ChildSpec`, or start it with
    `System.start_supervisor`."""

    children: Sequence[ChildSpec] = ()
    strategy: Strategy = "one_for_one"
    max_restarts: int = 3
    max_seconds: float = 5.0
    auto_shutdown: AutoShutdown = "never"
    name: Name | None = None
    #: of a dynamic supervisor: no more children than this at one time
    max_children: int | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "children", tuple(self.children))
        self._check_flags()
        self._check_children()

    def _check_flags(self) -> None:
        who = f"supervisor '{self.name}'" if self.name else "the supervisor"
        if self.strategy not in _STRATEGIES:
            reason: Reason = ("supervisor_data", ("invalid_strategy", self.strategy))
            raise _invalid(who, "strategy", self.strategy, _STRATEGIES, reason)
        if self.auto_shutdown not in _AUTO_SHUTDOWNS:
            reason = ("supervisor_data", ("invalid_auto_shutdown", self.auto_shutdown))
            raise _invalid(who, "auto_shutdown", self.auto_shutdown, _AUTO_SHUTDOWNS, reason)
        if not isinstance(self.max_restarts, int) or self.max_restarts < 0:
            reason = ("supervisor_data", ("invalid_intensity", self.max_restarts))
            raise SpecError(f"{who} has max_restarts={self.max_restarts!r}; give a whole number from 0", reason)
        if not isinstance(self.max_seconds, int | float) or self.max_seconds <= 0:
            text = f"{who} has max_seconds={self.max_seconds!r}; give a number above 0"
            raise SpecError(text, ("supervisor_data", ("invalid_period", self.max_seconds)))
        if self.max_children is not None and self.strategy != "dynamic":
            raise SpecError(
                f"{who} has max_children, which only a dynamic one can keep", ("bad_combination", "max_children")
            )

    def _check_children(self) -> None:
        seen: set[str] = set()
        for child in self.children:
            if not isinstance(child, ChildSpec):
                raise TypeError(no_spec(child))
            if child.id in seen:
                reason = ("start_spec", ("duplicate_child_name", child.id))
                raise SpecError(f"two children have the id '{child.id}'; give each its own", reason)
            seen.add(child.id)
            try:
                self.check_child(child)
            except SpecError as error:
                raise SpecError(str(error), ("start_spec", error.reason)) from None

    def check_child(self, child: ChildSpec) -> None:
        if child.significant and (self.auto_shutdown == "never" or child.restart == "permanent"):
            why = "never shuts down by itself" if self.auto_shutdown == "never" else "restarts it whenever it ends"
            flags = ("auto_shutdown", self.auto_shutdown) if self.auto_shutdown == "never" else ("restart", "permanent")
            raise SpecError(
                f"child '{child.id}' is significant, but its supervisor {why}; change one of the two",
                ("bad_combination", [flags, ("significant", True)]),
            )

    def tree(self) -> Tree:
        members = () if self.strategy == "dynamic" else tuple(member_of(child, "stopped") for child in self.children)
        max_ns = round(self.max_seconds * 1e9)
        return Tree(self.strategy, self.max_restarts, max_ns, self.auto_shutdown, members)


def no_spec(found: object) -> str:
    """What is said to who gives something else where a ChildSpec belongs."""
    name = found.__name__ if isinstance(found, type) else "..."
    return (
        f"a child is a ChildSpec, not {found!r}; write ChildSpec('{name.lower() if name != '...' else 'id'}', {name})"
    )


def member_of(child: ChildSpec, status: Literal["running", "stopped", "restarting"]) -> Member:
    return Member(child.id, child.restart, child.significant, status)


def resolve(start: type[Worker] | Supervisor | Callable[[], Supervisor] | str) -> type[Worker] | Supervisor:
    """What is to be started now: names are looked up again, a function is called."""
    found: Any = start  # Any: checked below, whatever the module holds
    if isinstance(start, str):
        module, _, qualname = start.partition(":")
        importlib.import_module(module)
        found = _lookup(module, qualname)
        if found is None:
            raise SpecError(
                f"'{start}' does not exist; write 'module:Name' of a Worker class or of a tree", ("undef", start)
            )
    elif not isinstance(start, Supervisor):
        found = current(start)
    if isinstance(found, type) and issubclass(found, Worker):
        return found
    if not isinstance(found, Supervisor) and callable(found):
        found = found()
    if not isinstance(found, Supervisor):
        raise SpecError(f"{start!r} gives {found!r}; a child starts a Worker class or a Supervisor", "no_child")
    return found


def current(held: Any) -> Any:
    """What the module now binds under the name of `held`, if it is of the same kind; else `held` itself."""
    found = _lookup(getattr(held, "__module__", None), getattr(held, "__qualname__", ""))
    same_kind = (
        issubclass(found, Worker) if isinstance(found, type) and isinstance(held, type) else type(found) is type(held)
    )
    return found if same_kind else held


def _lookup(module: str | None, qualname: str) -> Any:
    found: Any = sys.modules.get(module or "")
    for part in qualname.split("."):
        if found is None:
            return None
        found = vars(found).get(part) if hasattr(found, "__dict__") else None
    return found


def _is_shutdown(value: object) -> bool:
    if value is None or value in ("infinity", "brutal_kill"):
        return True
    return isinstance(value, int | float) and not isinstance(value, bool) and value >= 0


def _invalid(who: str, what: str, value: object, allowed: tuple[str, ...], reason: Reason) -> SpecError:
    return SpecError(f"{who} has {what}={value!r}; choose one of {', '.join(allowed)}", reason)
