"""How messages are taken: in a callback or in a task of the worker's own, it must make no difference."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from trees import Actor, State, Tree, answer, fail, note, sleep, virtual

from sandbox_kernel.errors import CallError, CallTimeout
from sandbox_kernel.supervision import api, core
from sandbox_kernel.supervision.worker import NoReply, Reply


async def first_then_wait(actor: Actor, *args: Any) -> Any:
    """A handler that waits, so that its worker has a task from then on."""
    await asyncio.sleep(0)
    return Reply("waited", args[1]) if len(args) == 2 else NoReply(args[0])


async def uses_asyncio(actor: Actor, sender: Any, state: State) -> Reply:
    async def part(number: int) -> int:
        await asyncio.sleep(number)
        return number

    try:
        async with asyncio.timeout(0.5):
            await asyncio.sleep(10)
    except TimeoutError:
        pass
    async with asyncio.TaskGroup() as group:
        parts = [group.create_task(part(number)) for number in (2, 1)]
    return Reply([task.result() for task in parts], state)


@virtual
async def test_a_handler_may_use_timeouts_and_task_groups_at_every_message(tree: Tree) -> None:
    worker = await tree.worker()
    assert [[2, 1]] * 3 == [await tree.call(worker, uses_asyncio) for _ in range(3)]


@virtual
async def test_a_handler_has_a_task_from_its_first_step_on(tree: Tree) -> None:
    worker = await tree.worker()

    async def has_task(actor: Actor, sender: Any, state: State) -> Reply:
        return Reply(asyncio.current_task() is not None, state)

    assert [True] * 3 == [await tree.call(worker, has_task) for _ in range(3)]


@virtual
async def test_order_holds_between_plain_and_async_handlers(tree: Tree) -> None:
    worker = await tree.worker()

    def slow(entry: int) -> Any:
        async def do(actor: Actor, state: State) -> NoReply:
            await asyncio.sleep(0.01 * (entry % 3))
            state.log.append(entry)
            return NoReply(state)

        return do

    for entry in range(60):
        tree.core.cast(worker, note(entry) if entry % 2 else slow(entry))
    assert list(range(60)) == await tree.log(worker)


@virtual
async def test_a_worker_with_a_full_mailbox_lets_others_go_on(tree: Tree) -> None:
    busy, other = await tree.worker("busy"), await tree.worker("other")

    async def at_once(actor: Actor, state: State) -> NoReply:
        tree.journal.append(("busy",))
        return NoReply(state)

    await tree.call(busy, first_then_wait)
    for _ in range(1000):
        tree.core.cast(busy, at_once)
    assert "here" == await tree.call(other, answer("here"))
    assert len(tree.journal) < 100


@virtual
async def test_a_handler_that_cancelled_its_own_task_leaves_nothing_to_the_next(tree: Tree) -> None:
    worker = await tree.worker()

    async def cancels_itself(actor: Actor, sender: Any, state: State) -> Reply:
        task = asyncio.current_task()
        assert task is not None
        task.cancel()
        try:
            await asyncio.sleep(1)
        except asyncio.CancelledError:
            return Reply("went on", state)
        return Reply("was not cancelled", state)

    assert "went on" == await tree.call(worker, cancels_itself)
    assert [2, 1] == await tree.call(worker, uses_asyncio)
    assert tree.alive(worker)


@virtual
async def test_a_cancellation_that_comes_after_its_handler_ends_no_worker(tree: Tree) -> None:
    """As of a timer that a handler set for its own task and forgot."""
    worker = await tree.worker()

    async def leaks(actor: Actor, sender: Any, state: State) -> Reply:
        task = asyncio.current_task()
        assert task is not None
        tree.loop.call_later(5, task.cancel)
        return Reply("leaked", state)

    await tree.call(worker, first_then_wait)
    assert "leaked" == await tree.call(worker, leaks)
    await asyncio.sleep(6)
    assert ("here", [2, 1]) == (await tree.call(worker, answer("here")), await tree.call(worker, uses_asyncio))


@virtual
async def test_more_idle_workers_than_tasks_are_kept_all_still_answer(tree: Tree) -> None:
    workers = [await tree.worker(f"w{number}") for number in range(core.PARKED + 100)]
    for _ in range(2):
        assert {"waited"} == {await tree.call(worker, first_then_wait) for worker in workers}
    await tree.settle()
    assert core.PARKED == len(tree.core.parked)
    assert core.PARKED + 1 == len(asyncio.all_tasks())


@virtual
async def test_a_dead_worker_leaves_no_task(tree: Tree) -> None:
    worker = await tree.worker()
    await tree.call(worker, first_then_wait)
    tree.core.exit(worker, "kill")
    assert [] == tree.core.zombies()
    await tree.settle()
    assert (1, {}) == (len(asyncio.all_tasks()), tree.core.parked)


@virtual
async def test_a_handler_that_ends_itself_stops_at_its_next_await(tree: Tree) -> None:
    """As in OTP, where `exit(self(), kill)` is the last thing that a process does."""

    async def ends_itself(actor: Actor, sender: Any, state: State) -> Reply:
        api.exit(api.this(), "kill")
        await asyncio.sleep(1)
        tree.journal.append(("went on",))
        return Reply("?", state)

    for had_a_task in (False, True):
        worker = await tree.worker()
        if had_a_task:
            await tree.call(worker, first_then_wait)
        with pytest.raises(CallError) as caught:
            await tree.call(worker, ends_itself)
        assert "killed" == caught.value.reason
        await asyncio.sleep(2)
        assert ("went on",) not in tree.journal
        assert [] == tree.core.zombies()


@virtual
async def test_a_kill_reaches_a_handler_at_any_await(tree: Tree) -> None:
    for turns in range(1, 9):
        worker = await tree.worker(f"w{turns}")
        await tree.call(worker, first_then_wait)
        asked = tree.asked(worker, uses_asyncio)
        for _ in range(turns):
            await asyncio.sleep(0)
        tree.core.exit(worker, "kill")
        with pytest.raises(CallError) as caught:
            await asked
        assert "killed" == caught.value.reason
    await tree.settle()
    assert [] == tree.core.zombies()


@virtual
async def test_a_call_that_is_given_up_leaves_the_handler_alone(tree: Tree) -> None:
    worker = await tree.worker()
    await tree.call(worker, first_then_wait)
    with pytest.raises(CallTimeout):
        await tree.call(worker, sleep(2), 1.0)
    assert "here" == await tree.call(worker, answer("here"))


@virtual
async def test_a_crash_after_waiting_is_a_crash(tree: Tree) -> None:
    worker = await tree.worker()

    async def crashes(actor: Actor, sender: Any, state: State) -> Any:
        await asyncio.sleep(0)
        return fail("odd")

    await tree.call(worker, first_then_wait)
    with pytest.raises(CallError) as caught:
        await tree.call(worker, crashes)
    assert ("odd", False) == (caught.value.reason, tree.alive(worker))


@virtual
async def test_the_idle_timeout_comes_also_to_a_worker_with_a_task(tree: Tree) -> None:
    worker = await tree.worker()

    async def then_idle(actor: Actor, sender: Any, state: State) -> Reply:
        await asyncio.sleep(0)
        return Reply("ok", state, idle_timeout_s=3)

    await tree.call(worker, then_idle)
    await asyncio.sleep(2.9)
    assert 0 == len((await tree.operate(worker, lambda process: process.state)).log)
    await tree.call(worker, then_idle)
    await asyncio.sleep(3.1)
    assert 1 == len(await tree.log(worker))
