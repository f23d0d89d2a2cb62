"""What a Jupyter server's event bus hears of a sandbox: which events, in which words, and how often. Pure.

A worker that crashes in a loop must not flood a browser: of events that say the same of the same thing only the newest of
a frame is told.
"""

from __future__ import annotations

from typing import Any

from sandbox_kernel import wire

SCHEMA = "https://sandbox-kernel.readthedocs.io/schemas/sandbox_event/v1"
FRAME_S = 0.05

Told = dict[str, Any]  # JSON


def sentence_of(event: wire.AnyEvent) -> str | None:
    """None for what is told nobody."""
    match event:
        case wire.Reloaded(summary=summary) | wire.ReloadRejected(summary=summary):
            return summary
        case wire.WorkerCrashed(worker=worker, story=story, reason=reason):
            return story or f"{worker} crashed: {reason}"
        case wire.WorkerRestarted(worker=worker, restarts=restarts, max_restarts=most, max_seconds=seconds):
            return f"{worker} was restarted: {restarts} of at most {most} restarts in {seconds:g} s."
        case wire.SupervisorGaveUp(supervisor=supervisor, max_restarts=most, max_seconds=seconds):
            return f"{supervisor} gave up: more than {most} restarts in {seconds:g} s."
        case wire.WorkerBlocked(worker=worker, message=message):
            return message or f"{worker} keeps all other workers waiting."
    return None


def subject_of(event: wire.AnyEvent) -> str:
    """What an event is about: of two about the same in one frame the later replaces the earlier."""
    match event:
        case wire.WorkerCrashed(worker=name) | wire.WorkerRestarted(worker=name) | wire.WorkerBlocked(worker=name):
            return name
        case wire.SupervisorGaveUp(supervisor=name):
            return name
        case wire.Reloaded(versions=versions):
            return " ".join(sorted(versions))
        case wire.ReloadRejected(modules=modules):
            return " ".join(sorted(modules))
    return ""


def told(sandbox: str, name: str, event: wire.AnyEvent, *, directory: str = "") -> Told | None:
    """Files of the sandbox's directory are named as its learner knows them."""
    sentence = sentence_of(event)
    if sentence is None:
        return None
    kind = type(event).__name__
    details = wire.to_builtins(event)
    return {
        "sandbox": sandbox,
        "name": name,
        "kind": kind,
        "sentence": sentence.replace(f"{directory}/", "") if directory else sentence,
        "number": event.number,
        "details": details,
    }


class Frame:
    """What is to be told next, in the order in which it began."""

    def __init__(self) -> None:
        self._waiting: dict[tuple[str, str, str], Told] = {}

    def add(self, subject: str, told: Told) -> None:
        self._waiting[(told["sandbox"], told["kind"], subject)] = told

    def take(self) -> list[Told]:
        waiting, self._waiting = self._waiting, {}
        return list(waiting.values())
