"""Why a worker or supervisor ended. Reasons are plain data, as in OTP: they are compared, printed and sent, never
raised.

`"normal"`, `"shutdown"` and `("shutdown", detail)` are orderly ends; `"killed"` is an end that could not be refused;
`"noproc"` says there was nobody; a `Crashed` is an exception that left a callback; anything else is what the worker
itself chose.
"""

from __future__ import annotations

import os
import reprlib
import sysconfig
import traceback
from dataclasses import dataclass, field
from types import TracebackType

from sandbox_kernel.supervision.spelling import hint_for_error

Reason = object

_LIBRARIES = tuple({f"{sysconfig.get_path(name)}{os.sep}" for name in ("stdlib", "purelib", "platlib")})
_PLAIN = (str, int, float, bool, type(None))
_ROOM = "/sandbox_kernel/supervision/"
_REPR_LIMIT = 200
_LARGE = 1000  # a container with more items than this is not written out only to be cut

_short = reprlib.Repr()
_short.maxlist = _short.maxtuple = _short.maxdict = _short.maxset = _short.maxfrozenset = 50
_short.maxstring = _short.maxother = 1000


@dataclass(frozen=True, slots=True)
class Crashed:
    """An exception ended a callback: `kind` is its class name. The traceback is text, so that no frame is kept
    alive."""

    kind: str
    text: str
    traceback: str = field(default="", compare=False, repr=False)
    where: str = field(default="", compare=False, repr=False)
    hint: str = field(default="", compare=False, repr=False)  # the next step, if it is certain

    def __str__(self) -> str:
        return f"{self.kind}: {self.text}" if self.text else self.kind


class Exit(Exception):
    """Raise it in a callback to end this worker with exactly `reason`, as `exit(Reason)` does in Erlang."""

    def __init__(self, reason: Reason = "normal") -> None:
        self.reason = reason
        super().__init__(reason)


class Blocked(BaseException):
    """Sent by the watchdog into a handler that blocks the loop; ends that worker with `("blocked", seconds)`."""

    seconds: float = 0.0


def is_abnormal(reason: Reason) -> bool:
    """Whether a transient child that ended so is restarted."""
    return not (reason in ("normal", "shutdown") or (isinstance(reason, tuple) and reason[:1] == ("shutdown",)))


def reason_of(error: BaseException) -> Reason:
    if isinstance(error, Exit):
        return error.reason
    if isinstance(error, Blocked):
        return ("blocked", error.seconds)
    frames = [frame for frame in own_frames(error.__traceback__) if not is_library(frame.filename)]
    where = f"{frames[-1].filename}, line {frames[-1].lineno}" if frames else ""
    return Crashed(type(error).__name__, short_text(error), format_error(error), where, hint_for_error(error))


def short_text(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:  # a learner's __str__ may raise anything; the report must still be written
        return "(its text could not be made)"


def own_frames(trace: TracebackType | None) -> list[traceback.FrameSummary]:
    """The frames that are not this room's machinery nor asyncio's."""
    return [frame for frame in traceback.extract_tb(trace) if not is_machinery(frame.filename)]


def format_error(error: BaseException) -> str:
    """The traceback as Python prints it, cut to the frames a learner wrote."""
    summary = traceback.TracebackException(type(error), error, error.__traceback__, compact=True)
    item: traceback.TracebackException | None = summary
    while item is not None:
        frames = [frame for frame in item.stack if not is_machinery(frame.filename)]
        item.stack = traceback.StackSummary.from_list(frames)
        item = item.__cause__ or item.__context__
    return "".join(summary.format())


def is_library(filename: str) -> bool:
    """Whether it is Python's own or an installed package's, where no learner looks for a mistake."""
    return filename.startswith(_LIBRARIES) or filename.startswith("<frozen")


def is_authors(filename: str) -> bool:
    return not is_library(filename) and not is_machinery(filename)


def is_machinery(filename: str) -> bool:
    path = filename.replace("\\", "/")
    return _ROOM in path or "/asyncio/" in path or path.startswith("<frozen")


def plain(value: object) -> object:
    """The value if it is plain data, else a bounded repr: reasons must not keep a whole state alive."""
    return value if isinstance(value, _PLAIN) else bounded_repr(value)


def bounded_repr(value: object, limit: int = _REPR_LIMIT) -> str:
    try:
        large = isinstance(value, list | tuple | dict | set | frozenset | str | bytes) and len(value) > _LARGE
        text = _short.repr(value) if large else repr(value)
    except Exception as error:  # a learner's __repr__ may raise anything
        text = f"<{type(value).__name__} whose repr raised {type(error).__name__}>"
    return text if len(text) <= limit else text[: limit - 1] + "…"


def describe(reason: Reason) -> str:
    """The reason in words, for one sentence."""
    match reason:
        case Crashed(where=""):
            return str(reason)
        case Crashed(where=where):
            return f"{reason} ({where})"
        case ("bad_return_value", None):
            return "its handler returned None instead of Reply, NoReply or Stop (is a `return` missing?)"
        case ("bad_return_value", value):
            return f"its handler returned {value!r} instead of Reply, NoReply or Stop"
        case ("blocked", int() | float() as seconds):
            return f"its handler kept the loop for {seconds:.1f} s"
        case ("shutdown", ("failed_to_start_child", child, inner)):
            return f"its child '{child}' did not start: {describe(inner)}"
        case ("already_started", ref):
            return f"its name is taken by {ref!r}"
        case ("undef", what):
            return f"'{what}' does not exist"
        case ("process_ended", status):
            return f"its process ended with status {status}"
        case ("not_plain", str() as sentence):
            return sentence
        case str():
            return reason
    return bounded_repr(reason)
