"""What a supervisor may be asked: requests for `call`, and what comes back. Plain data.

call("rooms", StartChild(ChildSpec("kitchen", Room)))
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from sandbox_kernel.supervision.refs import Ref
from sandbox_kernel.supervision.spec import ChildSpec, Name


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


Request = WhichChildren | CountChildren | StartChild | TerminateChild | RestartChild | DeleteChild | GetChildSpec
