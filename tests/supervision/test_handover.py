"""Waiting a moment for another thread: seen when it comes, given up when it does not, on every platform."""

from __future__ import annotations

import itertools
import threading

import pytest

from sandbox_kernel.supervision import handover
from sandbox_kernel.supervision.handover import Handover
from sandbox_kernel.supervision.system import System
from sandbox_kernel.supervision.worker import Reply, Worker


class Echo(Worker):
    def init(self) -> None:
        return None

    def handle_call(self, request: object, sender: object, state: None) -> Reply:
        return Reply(request, state)


class Yields:
    """Stands in for the yields: counts them, and the clock goes on by so much with each."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, each_ns: int) -> None:
        self.count = self.now = 0
        self._each_ns = each_ns
        monkeypatch.setattr(handover, "_give_way", self)
        monkeypatch.setattr(handover.time, "perf_counter_ns", lambda: self.now)

    def __call__(self) -> None:
        self.count += 1
        self.now += self._each_ns


def test_what_ends_after_some_looks_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    Yields(monkeypatch, each_ns=100)
    looks = itertools.count()
    assert Handover().over_soon(lambda: next(looks) < 5)


def test_what_does_not_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    yields = Yields(monkeypatch, each_ns=100)
    assert not Handover().over_soon(lambda: True)
    assert 50 == yields.count


def test_where_others_want_to_run_the_next_hundred_waits_sleep(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also the rest of this one: the caller's time limit is running."""
    yields, here = Yields(monkeypatch, each_ns=1_000_000_000), Handover()
    assert not here.over_soon(lambda: True)
    assert 1 == yields.count
    assert [False] * 100 == [here.over_soon(lambda: True) for _ in range(100)]
    assert 1 == yields.count
    here.over_soon(lambda: True)
    assert 2 == yields.count


def test_another_thread_gets_its_turn() -> None:
    """It holds no interpreter's lock while it waits: that thread could not end it otherwise."""
    lock, here = threading.Lock(), Handover()
    lock.acquire()
    thread = threading.Thread(target=lock.release)
    thread.start()
    while not here.over_soon(lock.locked):
        pass
    thread.join(10)
    assert not thread.is_alive()


def test_calls_work_where_nothing_can_be_yielded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handover, "_give_way", None)
    with System(name="no yields") as system:
        echo = system.start_worker(Echo)
        assert list(range(20)) == [system.call(echo, number) for number in range(20)]
