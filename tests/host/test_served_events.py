"""Which events a server's bus hears of, and how often."""

from __future__ import annotations

import pytest

from sandbox_kernel import wire
from sandbox_kernel.host.served_events import Frame, sentence_of, subject_of, told


def crash(number: int, worker: str = "till") -> wire.WorkerCrashed:
    return wire.WorkerCrashed(number=number, worker=worker, reason="ValueError: -1", story=f"it refused {number}")


@pytest.mark.parametrize(
    ("event", "sentence", "subject"),
    [
        (crash(1), "it refused 1", "till"),
        (wire.WorkerCrashed(worker="till", reason="ValueError", story=""), "till crashed: ValueError", "till"),
        (
            wire.WorkerRestarted(worker="till", restarts=1, max_restarts=3, max_seconds=5.0),
            "till was restarted: 1 of at most 3 restarts in 5 s.",
            "till",
        ),
        (
            wire.SupervisorGaveUp(supervisor="shop", restarts=4, max_restarts=3, max_seconds=5.0),
            "shop gave up: more than 3 restarts in 5 s.",
            "shop",
        ),
        (wire.WorkerBlocked(worker="till", seconds=2.0), "till keeps all other workers waiting.", "till"),
        (wire.Reloaded(kind="reload", summary="b v2 is live.", versions={"b": 2, "a": 1}), "b v2 is live.", "a b"),
        (
            wire.ReloadRejected(stage="compile", reason="", summary="Refused.", modules=["b", "a"]),
            "Refused.",
            "a b",
        ),
    ],
)
def test_an_event_is_one_sentence_about_one_thing(event: wire.AnyEvent, sentence: str, subject: str) -> None:
    assert (sentence, subject) == (sentence_of(event), subject_of(event))


@pytest.mark.parametrize("event", [wire.TreeChanged(reason="started"), wire.WorkerOutput(worker="till", text="hello")])
def test_what_concerns_only_who_looks_is_not_told(event: wire.AnyEvent) -> None:
    assert told("k1", "nb", event) is None


def test_of_a_burst_of_crashes_the_newest_of_each_worker_is_told() -> None:
    frame = Frame()
    for event in (crash(1), crash(2, "clerk"), crash(3)):
        frame.add(subject_of(event), told("k1", "nb", event) or {})
    assert [("till", 3), ("clerk", 2)] == [(each["details"]["worker"], each["number"]) for each in frame.take()]
    assert [] == frame.take()
