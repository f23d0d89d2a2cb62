"""Calls, casts and replies, as people use them from plain and async code."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox_kernel.errors import CallError, CallTimeout
from sandbox_kernel.supervision import api
from sandbox_kernel.supervision.system import System
from sandbox_kernel.supervision.worker import NoReply, Reply, Stop, Worker


class Till(Worker):
    def handle_call(self, request: Any, sender: Any, total: int) -> Any:
        match request:
            case "total":
                return Reply(total, total)
            case ("pay", amount):
                return Reply("thanks", total + amount)
            case "divide":
                return Reply(1 // 0, total)
            case "wait":
                return NoReply(total)
            case "close":
                return Stop("normal", total, reply="closed")
            case "self":
                return Reply(api.call(api.this(), "total"), total)
        return None

    def handle_cast(self, message: Any, total: int) -> Any:
        return NoReply(total + message)


def test_a_call_answers_and_keeps_the_state(system: System) -> None:
    till = system.start_worker(Till, 3)
    assert "thanks" == system.call(till, ("pay", 4))
    assert 7 == system.call(till, "total")


def test_casts_and_calls_of_one_thread_come_in_order(system: System) -> None:
    till = system.start_worker(Till, 0)
    for amount in range(100):
        system.cast(till, amount)
    assert 4950 == system.call(till, "total")


def test_a_forgotten_return_ends_the_worker_and_says_so(system: System) -> None:
    till = system.start_worker(Till, 0)
    with pytest.raises(CallError, match="instead of Reply, NoReply or Stop") as caught:
        system.call(till, "unknown")
    assert ("bad_return_value", None) == caught.value.reason


def test_a_crash_tells_the_caller_what_and_where(system: System) -> None:
    till = system.start_worker(Till, 0)
    with pytest.raises(CallError, match=r"ZeroDivisionError: .*test_calls.py, line"):
        system.call(till, "divide")


def test_a_timeout_is_the_callers_alone(system: System) -> None:
    till = system.start_worker(Till, 5)
    with pytest.raises(CallTimeout):
        system.call(till, "wait", 0.001)
    assert 5 == system.call(till, "total")


def test_a_worker_that_calls_itself_is_told_at_once(system: System) -> None:
    till = system.start_worker(Till, 0)
    with pytest.raises(CallError, match="called itself"):
        system.call(till, "self")


async def test_async_code_of_another_loop_awaits_the_reply(system: System) -> None:
    till = system.start_worker(Till, 2)
    assert till is not None
    assert 2 == await till.acall("total")
