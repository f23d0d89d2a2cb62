"""The event log numbers, keeps and hands out events in order."""

from __future__ import annotations

import logging

import pytest

from sandbox_kernel import wire
from sandbox_kernel.runtime.events import EventLog


def log() -> EventLog:
    return EventLog(kept=3, clock=lambda: 12.5)


def changed(reason: str) -> wire.TreeChanged:
    return wire.TreeChanged(reason=reason)


def test_events_are_numbered_and_dated() -> None:
    assert wire.TreeChanged(number=1, time=12.5, reason="started") == log().emit(changed("started"))


def test_only_the_newest_are_kept_and_numbers_go_on() -> None:
    events = log()
    for reason in "abcd":
        events.emit(changed(reason))
    assert [(2, "b"), (3, "c"), (4, "d")] == [(e.number, e.reason) for e in events.since(0)]  # type: ignore[union-attr]
    assert [4] == [e.number for e in events.since(3)]
    assert 4 == events.last


def test_a_subscriber_that_emits_sees_its_event_after_the_one_it_answers() -> None:
    events, seen = log(), []

    def echo(event: wire.AnyEvent) -> None:
        seen.append(event.number)
        if event.number == 1:
            events.emit(changed("echo"))

    events.subscribe(echo)
    events.subscribe(lambda event: seen.append(-event.number))
    events.emit(changed("first"))
    assert [1, -1, 2, -2] == seen


def test_a_failing_subscriber_is_logged_and_silences_nobody(caplog: pytest.LogCaptureFixture) -> None:
    events, seen = log(), []
    events.subscribe(lambda event: seen.append(1 // 0))
    events.subscribe(lambda event: seen.append(event.number))
    with caplog.at_level(logging.ERROR):
        events.emit(changed("x"))
    assert [1] == seen
    assert "an event subscriber failed on event 1" in caplog.text


def test_an_unsubscribed_one_hears_nothing_more() -> None:
    events, seen = log(), []
    end = events.subscribe(lambda event: seen.append(event.number))
    events.emit(changed("heard"))
    end()
    end()
    events.emit(changed("not heard"))
    assert [1] == seen
