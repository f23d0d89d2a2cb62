"""What a supervisor may be asked: requests for `call`, and what comes back. Plain data.

call("rooms", StartChild(ChildSpec("kitchen", Room)))
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from sandbox_kernel.supervision.refs import Ref
from sandbox_kernel.supervision.spec import ChildSpec, Name, Supervisor


@dataclass(frozen=True, slots=True)
class WhichChildren:
    """Answered with a list of `ChildInfo` in start order."""


@dataclass(frozen=True, slots=True)
class CountChildren:
    """Answered with a `ChildCount`."""


@dataclass(frozen=True, slots=True)
class StartChild:
    """Answered with the new child's Ref, or None if its `init` said `Ignore`. A dynamic supervisor that was declared
    with one child as a template takes `args` and `name` instead."""

    spec: ChildSpec | None = None
    args: tuple[Any, ...] = ()
    name: Name | None = None


@dataclass(frozen=True, slots=True)
class TerminateChild:
    """End a child for good and keep its spec (not that of a temporary one); a dynamic supervisor's child by its Ref."""

    child: str | Ref


@dataclass(frozen=True, slots=True)
class RestartChild:
    """Start a stopped child again. Answered with its Ref."""

    child: str


@dataclass(frozen=True, slots=True)
class DeleteChild:
    """Forget the spec of a stopped child."""

    child: str


@dataclass(frozen=True, slots=True)
class GetChildSpec:
    child: str | Ref


@dataclass(frozen=True, slots=True)
class Redeclare:
    """Take a new declaration, as OTP does at a change of code: flags and specs are replaced, running children go on,
    new ones wait to be started and vanished ones keep running, unless `apply` starts and ends them. Answered with a
    `Difference`; a declaration that is not valid changes nothing."""

    declared: Supervisor | Callable[[], Supervisor] | str
    apply: bool = False


@dataclass(frozen=True, slots=True)
class Difference:
    """Ids of children that only the new declaration has, that it has otherwise, and that only the old one had."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    vanished: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ChildInfo:
    """`ref` is None for a child that does not run, and `"restarting"` while its restart is being retried."""

    id: str | None
    ref: Ref | Literal["restarting"] | None
    kind: Literal["worker", "supervisor"] = "worker"


@dataclass(frozen=True, slots=True)
class ChildCount:
    specs: int
    active: int
    supervisors: int
    workers: int


Request = (
    WhichChildren | CountChildren | StartChild | TerminateChild | RestartChild | DeleteChild | GetChildSpec | Redeclare
)
