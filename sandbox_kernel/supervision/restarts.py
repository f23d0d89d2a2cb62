"""What a supervisor does when a child ends, as pure functions: (tree, end, now) -> (tree, actions). Touches nothing
live.

Weighed: (a) deciding inside the supervisor while it acts, as OTP does; (b) pure decisions, thin acting. (b), because
random schedules can then be checked against a model without a clock, a loop or a worker, and because the reason for a
decision can be shown to the learner. Semantics are OTP's: one list of restarts for all children of a supervisor; a
group restart counts once; every retry of a restart that failed counts; a restart counts while it is at most `max_ns`
old.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from sandbox_kernel.supervision.reasons import Reason, is_abnormal

Strategy = Literal["one_for_one", "one_for_all", "rest_for_one", "dynamic"]
Restart = Literal["permanent", "transient", "temporary"]
AutoShutdown = Literal["never", "any_significant", "all_significant"]
Status = Literal["running", "stopped", "restarting"]


@dataclass(frozen=True, slots=True)
class Member:
    id: str
    restart: Restart = "permanent"
    significant: bool = False
    status: Status = "running"


@dataclass(frozen=True, slots=True)
class Tree:
    """The members in start order; those of a dynamic supervisor decide alone and are given to `ended` by themselves."""

    strategy: Strategy = "one_for_one"
    max_restarts: int = 3
    max_ns: int = 5_000_000_000
    auto_shutdown: AutoShutdown = "never"
    members: tuple[Member, ...] = ()
    restarts: tuple[int, ...] = ()

    def member(self, child_id: str) -> Member | None:
        return next((member for member in self.members if member.id == child_id), None)

    def with_member(self, changed: Member) -> Tree:
        return replace(self, members=tuple(changed if m.id == changed.id else m for m in self.members))

    def with_status(self, child_id: str, status: Status) -> Tree:
        members = tuple(replace(m, status=status) if m.id == child_id else m for m in self.members)
        return replace(self, members=members)

    def without(self, child_id: str) -> Tree:
        return replace(self, members=tuple(m for m in self.members if m.id != child_id))


@dataclass(frozen=True, slots=True)
class End:
    """Shut this child down, in its own shutdown time."""

    id: str


@dataclass(frozen=True, slots=True)
class Begin:
    """Start this child."""

    id: str


@dataclass(frozen=True, slots=True)
class Forget:
    """Drop the spec of this child."""

    id: str


@dataclass(frozen=True, slots=True)
class GiveUp:
    """Too many restarts: end all children in reverse order and exit with `shutdown`."""


@dataclass(frozen=True, slots=True)
class ShutDown:
    """A significant child ended: end all children in reverse order and exit with `shutdown`."""


Action = End | Begin | Forget | GiveUp | ShutDown
Decision = tuple[Tree, tuple[Action, ...]]


def ended(tree: Tree, member: Member, reason: Reason, now: int) -> Decision:
    """The running child `member` ended by itself."""
    restarts = member.restart == "permanent" or (member.restart == "transient" and is_abnormal(reason))
    tree = tree.with_status(member.id, "stopped")
    if restarts:
        return _restart(tree, member, now)
    return _rest(tree, member)


def try_again(tree: Tree, member: Member, now: int) -> Decision:
    """A restart of `member` failed before; if it is still wanted, it counts as one more restart."""
    if member.status != "restarting":
        return tree, ()
    return _restart(tree, member, now)


def _rest(tree: Tree, member: Member) -> Decision:
    forgotten: tuple[Action, ...] = ()
    if member.restart == "temporary" or tree.strategy == "dynamic":
        tree = tree.without(member.id)
        forgotten = (Forget(member.id),)
    if _shuts_down(tree, member):
        return tree, (*forgotten, ShutDown())
    return tree, forgotten


def _shuts_down(tree: Tree, member: Member) -> bool:
    if not member.significant or tree.auto_shutdown == "never":
        return False
    if tree.auto_shutdown == "any_significant":
        return True
    return not any(m.significant and m.status != "stopped" for m in tree.members if m.id != member.id)


def _restart(tree: Tree, member: Member, now: int) -> Decision:
    recent = (now, *(t for t in tree.restarts if now - t <= tree.max_ns))
    tree = replace(tree, restarts=recent)
    if len(recent) > tree.max_restarts:
        return tree, (GiveUp(),)
    if tree.strategy in ("one_for_one", "dynamic"):
        return tree, (Begin(member.id),)
    return _restart_group(tree, member)


def _restart_group(tree: Tree, member: Member) -> Decision:
    """Temporary members of the group are dropped, all others are revived, also those that had ended for good."""
    first = 0
    if tree.strategy == "rest_for_one":
        first = next(index for index, m in enumerate(tree.members) if m.id == member.id)
    group = tree.members[first:]
    ends = tuple(End(m.id) for m in reversed(group) if m.status == "running")
    dropped = tuple(Forget(m.id) for m in group if m.restart == "temporary")
    begins = tuple(Begin(m.id) for m in group if m.restart != "temporary")
    stopped = tuple(replace(m, status="stopped") for m in group if m.restart != "temporary")
    return replace(tree, members=tree.members[:first] + stopped), (*ends, *dropped, *begins)


def recent_restarts(tree: Tree, now: int) -> int:
    """How many restarts count at this moment."""
    return sum(1 for t in tree.restarts if now - t <= tree.max_ns)


def counted(number: int) -> str:
    """`1 restart`, `3 restarts`."""
    return f"{number} restart{'' if number == 1 else 's'}"
