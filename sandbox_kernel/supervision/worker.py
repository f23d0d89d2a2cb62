"""The class that people subclass, and what its callbacks may return. Holds no machinery: `server` runs it.

    class Till(Worker):
        def init(self, start):
            return start

        def handle_call(self, request, sender, total):
            match request:
                case "total":
                    return Reply(total, total)
                case ("pay", amount):
                    return Reply("thanks", total + amount)

Every callback may be plain or async. The state is a value that goes in and comes back, so a handler that fails has
changed nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from sandbox_kernel.supervision.reasons import Exit, Reason

if TYPE_CHECKING:
    from sandbox_kernel.supervision.refs import Ref, Sender

__all__ = [
    "Down",
    "Exit",
    "ExitMessage",
    "IdleTimeout",
    "Ignore",
    "NoReply",
    "ProcessDown",
    "Reply",
    "Started",
    "Stop",
    "Worker",
]

Kind = Literal["loop", "thread", "process"]


class _Unset:
    """The default of an optional value for which None is a value."""

    def __repr__(self) -> str:
        return "(not given)"

    def __reduce__(self) -> str:
        return "UNSET"


UNSET: Any = _Unset()  # Any: it stands in for a value of any type


@dataclass(slots=True)
class Reply:
    """Answer the caller. `continue_with` runs `handle_continue` before the next message; `idle_timeout_s` sends an
    `IdleTimeout` to `handle_info` if no message comes in that time."""

    value: Any  # Any: the worker's own vocabulary
    state: Any  # Any: as above
    continue_with: Any = UNSET  # Any: as above
    idle_timeout_s: float | None = None


@dataclass(slots=True)
class NoReply:
    """Go on without answering: after a cast, or when `reply(sender, value)` comes later."""

    state: Any  # Any: the worker's own vocabulary
    continue_with: Any = UNSET  # Any: as above
    idle_timeout_s: float | None = None


@dataclass(slots=True)
class Stop:
    """End this worker with `reason`, through `terminate`; a waiting caller gets `reply`, or the reason if there is
    none."""

    reason: Reason = "normal"
    state: Any = UNSET  # Any: the worker's own vocabulary
    reply: Any = UNSET  # Any: as above


@dataclass(slots=True)
class Started:
    """What `init` may return instead of the bare state, to go on with `handle_continue` or to set the idle timeout."""

    state: Any  # Any: the worker's own vocabulary
    continue_with: Any = UNSET  # Any: as above
    idle_timeout_s: float | None = None


@dataclass(frozen=True, slots=True)
class Ignore:
    """`init` returns it to say: there is nothing to run just now, and that is no error."""


@dataclass(frozen=True, slots=True)
class Down:
    """The old version given to `code_change` when the state must go back to `version`: the newer code is asked."""

    version: Any  # Any: a number in a sandbox; whatever the caller of change_code uses elsewhere


@dataclass(frozen=True, slots=True)
class ExitMessage:
    """To `handle_info` of a worker with `trap_exit`: a linked one ended, or somebody sent an exit signal (`ref` is
    None)."""

    ref: Ref | None
    reason: Reason


@dataclass(frozen=True, slots=True)
class ProcessDown:
    """To `handle_info` of a worker that called `monitor`: what it watched is gone."""

    monitor: Any  # Any: the Monitor that `monitor` returned
    ref: Ref | None
    reason: Reason


@dataclass(frozen=True, slots=True)
class IdleTimeout:
    """To `handle_info`: no message came within the `idle_timeout_s` of the last return."""


class Worker:
    """A worker: one message at a time, its state its own, restarted afresh when it fails."""

    #: `loop`: on the tree's loop. `thread`: each callback in a thread of the worker's own, for libraries that block.
    #: `process`: in a process of its own, for heavy computing and code that must be killable.
    kind: ClassVar[Kind] = "loop"
    #: Whether exit signals come to `handle_info` (and `terminate` runs at a shutdown) instead of ending the worker.
    trap_exit: ClassVar[bool] = False
    #: Save the state so that it outlives the process: True (at most once a second) or the seconds between two saves.
    checkpoint: ClassVar[bool | float] = False
    #: The version of the state's shape. Left out, a hash of the class's code stands for it.
    vsn: ClassVar[Any] = None  # Any: a number or a string, as the author likes

    def init(self, *args: Any) -> Any:
        """Return the first state, or `Started`, `Ignore` or `Stop`."""
        return args[0] if len(args) == 1 else args or None

    def handle_call(self, request: Any, sender: Sender, state: Any) -> Any:
        """Answer `request`: return `Reply`, `NoReply` or `Stop`."""
        raise NotImplementedError(
            f"{type(self).__name__} has no handle_call, so it cannot answer {request!r}; define one"
        )

    def handle_cast(self, message: Any, state: Any) -> Any:
        """Take a message that nobody waits for: return `NoReply` or `Stop`."""
        raise NotImplementedError(
            f"{type(self).__name__} has no handle_cast, so it cannot take {message!r}; define one"
        )

    def handle_info(self, message: Any, state: Any) -> Any:
        """Take anything else: `ExitMessage`, `ProcessDown`, `IdleTimeout`, or what `send` sent. By default ignored."""
        return NoReply(state)

    def handle_continue(self, arg: Any, state: Any) -> Any:
        """Go on with what `continue_with` asked for, before any queued message."""
        raise NotImplementedError(f"{type(self).__name__} has no handle_continue; define one or drop continue_with")

    def terminate(self, reason: Reason, state: Any) -> Any:
        """Clean up. Runs when the worker ends by itself, and at a shutdown if it traps exits; never when it is
        killed."""

    def code_change(self, old_version: Any, state: Any, extra: Any) -> Any:
        """Return `state`, which comes from `old_version` (or is to go back, if that is a `Down`), in this code's
        shape."""
        return state
