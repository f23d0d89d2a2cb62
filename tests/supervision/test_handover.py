"""Waiting a moment for another thread: seen when it comes, given up when it does not, on every platform."""

from __future__ import annotations

import itertools
import threading

import pytest

from sandbox_kernel.supervision import handover
from sandbox_kernel.supervision.handover import over_soon
from sandbox_kernel.supervision.system import System
from sandbox_kernel.supervision.worker import Reply, Worker


class Echo(Worker):
    def init(self) -> None:
        return None

    def handle_call(self, request: object, sender: object, state: None) -> Reply:
        return Reply(request, state)


def test_what_ends_after_some_looks_is_seen() -> None:
    looks = itertools.count()
    assert over_soon(lambda: next(looks) < 5)
    assert 6 == next(looks)


def test_what_does_not_end_is_given_up() -> None:
    looks = itertools.count()
    assert not over_soon(lambda: next(looks) >= 0)


def test_another_thread_gets_its_turn() -> None:
    """It holds no interpreter's lock while it waits: that thread could not end it otherwise."""
    lock = threading.Lock()
    lock.acquire()
    thread = threading.Thread(target=lock.release)
    thread.start()
    while not over_soon(lock.locked):
        pass
    thread.join(10)
    assert not thread.is_alive()


def test_calls_work_where_nothing_can_be_yielded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handover, "_give_way", None)
    with System(name="no yields") as system:
        echo = system.start_worker(Echo)
        assert list(range(20)) == [system.call(echo, number) for number in range(20)]
