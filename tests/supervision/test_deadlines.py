"""Time limits of calls: each ends its own call, in time, however many there are of whatever length."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from trees import Tree, answer, sleep, virtual

from sandbox_kernel.errors import CallTimeout
from sandbox_kernel.supervision.deadlines import _KINDS


async def ended(tree: Tree, call: asyncio.Task[Any]) -> float:
    with pytest.raises(CallTimeout):
        await call
    return tree.loop.now


@virtual
async def test_calls_with_the_same_limit_end_one_after_the_other(tree: Tree) -> None:
    slow = await tree.worker()
    began = tree.loop.now
    calls = []
    for _ in range(3):
        calls.append(tree.asked(slow, sleep(100), 5.0))
        await asyncio.sleep(1)
    found = [await ended(tree, call) - began for call in calls]
    assert [pytest.approx(5.0), pytest.approx(6.0), pytest.approx(7.0)] == found


@virtual
async def test_a_short_limit_does_not_wait_for_a_long_one(tree: Tree) -> None:
    slow = await tree.worker()
    began = tree.loop.now
    long, short = tree.asked(slow, sleep(100), 50.0), tree.asked(slow, sleep(100), 2.0)
    assert [pytest.approx(2.0), pytest.approx(50.0)] == [await ended(tree, call) - began for call in (short, long)]


@virtual
async def test_an_answered_call_leaves_the_limit_of_the_others_alone(tree: Tree) -> None:
    slow, quick = await tree.worker("slow"), await tree.worker("quick")
    began = tree.loop.now
    first = tree.asked(slow, sleep(100), 5.0)
    await asyncio.sleep(1)
    assert "at once" == await tree.call(quick, answer("at once"), 5.0)
    second = tree.asked(slow, sleep(100), 5.0)
    assert [pytest.approx(5.0), pytest.approx(6.0)] == [await ended(tree, call) - began for call in (first, second)]


@virtual
async def test_nothing_is_kept_of_calls_that_are_over(tree: Tree) -> None:
    quick = await tree.worker()
    for number in range(10 * _KINDS):
        await tree.call(quick, answer(number), 5.0 + number)
    assert len(tree.core.deadlines._limits) <= _KINDS + 1
    await asyncio.sleep(20 * _KINDS)
    assert {} == tree.core.deadlines._limits


@virtual
async def test_a_limit_of_nothing_ends_at_once(tree: Tree) -> None:
    slow = await tree.worker()
    began = tree.loop.now
    calls = [tree.asked(slow, sleep(100), 0.0) for _ in range(2)]
    assert [pytest.approx(0.0), pytest.approx(0.0)] == [await ended(tree, call) - began for call in calls]
