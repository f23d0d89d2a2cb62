"""What a learner reads after a crash: one sentence first, all facts on demand. Makes reports; sends nothing."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from typing import TYPE_CHECKING

from sandbox_kernel.supervision import restarts
from sandbox_kernel.supervision.events import CrashReport
from sandbox_kernel.supervision.mailbox import CALL, KINDS
from sandbox_kernel.supervision.process import Process
from sandbox_kernel.supervision.reasons import Crashed, Reason, bounded_repr, describe, is_abnormal

if TYPE_CHECKING:
    from sandbox_kernel.supervision.server import WorkerProcess
    from sandbox_kernel.supervision.supervisor import SupervisorProcess

_STATE_LIMIT = 1000
_VERBS = {"call": "answering", "cast": "taking", "info": "taking", "continue": "going on with"}


def crash_report(process: WorkerProcess, reason: Reason) -> CrashReport:
    kind, payload, sender = message_parts(process)
    supervisor, decision, left = (_start_outlook if process.starting else _outlook)(process, reason)
    handling = f" while {_VERBS.get(kind, 'handling')} {payload}" if kind else ""
    verb = "did not start" if process.starting else "crashed" if _is_failure(reason) else "ended"
    story = f"'{process.label}' {verb}{handling}: {describe(reason)}; {decision}"
    stack = sender_stack(process)
    return CrashReport(
        worker=process.label,
        story=story,
        reason=reason,
        traceback=reason.traceback if isinstance(reason, Crashed) else "",
        hint=hint_for(reason),
        message=payload,
        message_kind=kind,
        sender=sender,
        sent_from=f"{stack[-1].filename}, line {stack[-1].lineno}" if stack else "",
        sender_stack="".join(traceback.format_list(stack)),
        state=bounded_repr(process.shown_state(), _STATE_LIMIT),
        recent=tuple(f"{KINDS[k]} {bounded_repr(p)}" for k, p in process.recent),
        queue_length=process.queue_length,
        links=tuple(sorted(other.label for other in process.links)),
        ancestors=tuple(ancestors(process)),
        supervisor=supervisor,
        decision=decision,
        restarts_left=left,
    )


def _is_failure(reason: Reason) -> bool:
    """Whether something went wrong, rather than the worker choosing another reason than `normal`."""
    return isinstance(reason, Crashed) or (
        isinstance(reason, tuple) and reason[:1] in (("bad_return_value",), ("blocked",))
    )


def message_parts(process: WorkerProcess) -> tuple[str, str, str]:
    """Kind, text and sender of the message that the process handled last."""
    message = process.message
    if message is None:
        return "", "", ""
    kind, payload, extra = message
    sender = extra.ref.id if kind == CALL and extra.ref is not None else ""
    return KINDS[kind], bounded_repr(payload), sender


def sender_stack(process: WorkerProcess) -> list[traceback.FrameSummary]:
    message = process.message
    return message[2].stack() if message is not None and message[0] == CALL and not message[2].done else []


def ancestors(process: Process) -> Iterator[str]:
    parent = process.parent
    while parent is not None:
        yield parent.label
        parent = parent.parent


def _start_outlook(process: Process, reason: Reason) -> tuple[str, str, int | None]:
    """As `_outlook`, for one whose `init` failed."""
    from sandbox_kernel.supervision.supervisor import SupervisorProcess  # as below

    parent = process.parent
    if not isinstance(parent, SupervisorProcess):
        return "", "nobody supervises it, so it does not run", None
    if parent.restarting:
        left, window = _left(parent)
        if left < 0:
            return parent.label, f"supervisor '{parent.label}' gives up, as that is more than {window}", 0
        return parent.label, f"supervisor '{parent.label}' tries again ({left} of {window} left)", left
    if parent.started is not None:
        return parent.label, f"so supervisor '{parent.label}' does not start either", None
    return parent.label, f"supervisor '{parent.label}' goes on without it", None


def _left(parent: SupervisorProcess) -> tuple[int, str]:
    """How many restarts are left after the next one, and of how many."""
    tree = parent.tree
    left = tree.max_restarts - restarts.recent_restarts(tree, parent.core.now_ns()) - 1
    number = restarts.counted(tree.max_restarts) if left < 0 else str(tree.max_restarts)
    return left, f"{number} in {parent.declared.max_seconds:g} s"


def _outlook(process: Process, reason: Reason) -> tuple[str, str, int | None]:
    """Supervisor, what it will do and why, and how many restarts are left after that."""
    from sandbox_kernel.supervision.supervisor import SupervisorProcess  # it sits above the module that makes reports

    parent = process.parent
    if not isinstance(parent, SupervisorProcess) or not parent.alive:
        return "", "nobody supervises it, so it stays down", None
    child = parent.by_ref.get(process.ref.incarnation)
    if child is None:
        return parent.label, f"supervisor '{parent.label}' was ending it anyway", None
    left, window = _left(parent)
    if child.spec.restart == "temporary":
        return parent.label, "it is temporary, so it stays down", None
    if child.spec.restart == "transient" and not is_abnormal(reason):
        return parent.label, "it ended as it should, so it stays down", None
    if left < 0:
        return parent.label, f"supervisor '{parent.label}' gives up, as that is more than {window}", 0
    group = {"one_for_all": " with all its siblings", "rest_for_one": " with those started after it"}.get(
        parent.tree.strategy, ""
    )
    return parent.label, f"supervisor '{parent.label}' restarts it{group} ({left} of {window} left)", left


def hint_for(reason: Reason) -> str:
    """The next step, where it is certain."""
    if isinstance(reason, tuple) and reason[:1] == ("bad_return_value",):
        return "end every path of the handler with `return Reply(value, state)` or `return NoReply(state)`"
    if isinstance(reason, tuple) and reason[:1] == ("blocked",):
        return 'make the handler async and await, or give the class `kind = "thread"` or `kind = "process"`'
    if not isinstance(reason, Crashed):
        return ""
    return reason.hint or _crash_hint(reason.kind, reason.text)


def _crash_hint(kind: str, text: str) -> str:
    if kind == "ValueError" and "signal only works in main thread" in text:
        return "signal handlers belong to the main thread; set them in a cell"
    if kind == "ProgrammingError" and "SQLite objects created in a thread" in text:
        return "open the database in the worker's own `init`: a connection belongs to the thread that made it"
    if kind == "NotImplementedError" and "define one" in text:
        return "define the method that is named, or send something else"
    return ""
