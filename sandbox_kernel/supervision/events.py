"""What people may see of a tree: numbered events, crash reports, and snapshots. Plain data; emitted on the tree's
thread."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from contextvars import Context
from dataclasses import dataclass, field, replace
from typing import Any

from sandbox_kernel.supervision.reasons import Reason
from sandbox_kernel.supervision.refs import Ref

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Event:
    """`number` counts from 1 in each system, without gaps; `time` is seconds since the epoch."""

    worker: str
    ref: Ref | None = None
    number: int = field(default=0, kw_only=True)
    time: float = field(default=0.0, kw_only=True)


@dataclass(frozen=True, slots=True)
class WorkerStarted(Event):
    supervisor: str = ""
    kind: str = "loop"


@dataclass(frozen=True, slots=True)
class WorkerStopped(Event):
    reason: Reason = "normal"


@dataclass(frozen=True, slots=True)
class CrashReport:
    """All that is known about one crash. `story` is one sentence; `traceback` is cut to the frames of the learner's
    code."""

    worker: str
    story: str
    reason: Reason
    traceback: str = ""
    hint: str = ""
    message: str = ""
    message_kind: str = ""
    sender: str = ""
    sent_from: str = ""  # file and line where plain code waited for the reply
    sender_stack: str = ""
    state: str = ""
    recent: tuple[str, ...] = ()
    queue_length: int = 0
    links: tuple[str, ...] = ()
    ancestors: tuple[str, ...] = ()  # its supervisor, that one's supervisor, and so on
    supervisor: str = ""
    decision: str = ""
    restarts_left: int | None = None


@dataclass(frozen=True, slots=True)
class WorkerCrashed(Event):
    report: CrashReport | None = None


@dataclass(frozen=True, slots=True)
class WorkerRestarted(Event):
    supervisor: str = ""
    restarts: int = 0
    max_restarts: int = 0
    max_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class StartFailed(Event):
    supervisor: str = ""
    reason: Reason = None


@dataclass(frozen=True, slots=True)
class SupervisorGaveUp(Event):
    """`worker` is the supervisor, `child` the one whose restart was one too many."""

    child: str = ""
    reason: Reason = None
    max_restarts: int = 0
    max_seconds: float = 0.0
    story: str = ""


@dataclass(frozen=True, slots=True)
class ShutdownFailed(Event):
    """A child was killed because it did not end in its shutdown time, or ended for another reason."""

    supervisor: str = ""
    reason: Reason = None


@dataclass(frozen=True, slots=True)
class TreeChanged(Event):
    """The children of a supervisor, or their specs, are others than before; `change` says how."""

    change: str = ""
    child: str = ""


@dataclass(frozen=True, slots=True)
class WorkerSuspended(Event):
    pass


@dataclass(frozen=True, slots=True)
class WorkerResumed(Event):
    pass


@dataclass(frozen=True, slots=True)
class WorkerBlocked(Event):
    """A handler has kept the loop for `seconds`, so that no worker can go on; `ended` once the watchdog ended it."""

    seconds: float = 0.0
    message: str = ""
    stack: str = ""
    ended: bool = False


@dataclass(frozen=True, slots=True)
class WorkerOutput(Event):
    """Whole lines that a worker printed."""

    stream: str = "stdout"
    text: str = ""


@dataclass(frozen=True, slots=True)
class CheckpointFailed(Event):
    reason: str = ""


class Events:
    """Numbers events and hands them to the sink. A sink that raises is logged and never harms the tree."""

    def __init__(self, sink: Callable[[Event], None] | None) -> None:
        self.sink = sink
        self.last_number = 0
        self._lock = threading.Lock()  # the watchdog emits from its own thread

    def emit(self, event: Event) -> None:
        with self._lock:
            self.last_number = number = self.last_number + 1
        if self.sink is None:
            return
        try:
            # a context of its own: what the sink prints is not the worker's
            Context().run(self.sink, replace(event, number=number, time=time.time()))
        except Exception:
            _log.exception("the sink of supervision events failed for %s", type(event).__name__)


@dataclass(frozen=True, slots=True)
class NodeSnapshot:
    """One worker or supervisor at one moment."""

    id: str
    name: Any  # Any: a string, or a tuple of the author's choosing
    kind: str
    status: str
    ref: Ref | None = None
    strategy: str = ""
    restarts: int = 0
    max_restarts: int = 0
    max_seconds: float = 0.0
    mailbox: int = 0
    module: str = ""
    class_name: str = ""
    version: str = ""
    age_s: float = 0.0
    state: str = ""
    last_crash: str = ""
    children: tuple[NodeSnapshot, ...] = ()


@dataclass(frozen=True, slots=True)
class TreeSnapshot:
    """All that runs, and the last event's number, so that a view knows which events come after it."""

    roots: tuple[NodeSnapshot, ...] = ()
    event_number: int = 0
    zombies: tuple[str, ...] = ()
