"""What a worker's callbacks may return, and what then happens (SUPERVISION a.7)."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from trees import BOOM, Tree, answer, boom, fail, note, sleep, virtual

from sandbox_kernel.errors import CallError, CallTimeout, StartError
from sandbox_kernel.supervision import api
from sandbox_kernel.supervision.worker import Exit, IdleTimeout, Ignore, NoReply, Reply, Started, Stop


async def failure(call: Any) -> Any:
    """The reason a call was not answered."""
    with pytest.raises(CallError) as caught:
        await call
    return caught.value.reason


@virtual
async def test_the_next_call_sees_the_new_state(tree: Tree) -> None:
    w = await tree.worker(value=1)

    def add(actor: Any, sender: Any, state: Any) -> Reply:
        state.value += 4
        return Reply(state.value, state)

    assert [5, 9] == [await tree.call(w, add), await tree.call(w, add)]


@virtual
async def test_a_call_timeout_is_the_callers_and_the_late_reply_is_dropped(tree: Tree) -> None:
    w = await tree.worker()
    assert "timeout" == await failure(tree.call(w, sleep(0.3), 0.05))
    assert "mine" == await tree.call(w, answer("mine"))
    await asyncio.sleep(1)
    assert "mine too" == await tree.call(w, answer("mine too"))


@virtual
async def test_a_request_whose_caller_gave_up_is_still_handled(tree: Tree) -> None:
    w = await tree.worker()
    busy = tree.asked(w, sleep(0.2))
    await tree.settle()
    assert "timeout" == await failure(
        tree.call(w, lambda a, s, state: (state.log.append("done"), Reply(0, state))[1], 0.01)
    )
    await busy
    assert ["done"] == await tree.log(w)


@virtual
async def test_deferred_replies_reach_their_callers_in_any_order(tree: Tree) -> None:
    w, senders = await tree.worker(), []

    def keep(actor: Any, sender: Any, state: Any) -> NoReply:
        senders.append(sender)
        return NoReply(state)

    asked = [tree.asked(w, keep) for _ in range(4)]
    await tree.settle()
    for index in (2, 0, 3, 1):
        api.reply(senders[index], index * 10)
    assert [0, 10, 20, 30] == [await call for call in asked]


@virtual
async def test_an_early_reply_survives_the_crash_after_it(tree: Tree) -> None:
    w = await tree.worker()

    def early(actor: Any, sender: Any, state: Any) -> Any:
        api.reply(sender, "first")
        raise ValueError("boom")

    assert "first" == await tree.call(w, early)
    await tree.settle()
    assert [("w", BOOM)] == tree.terminated()


@virtual
async def test_a_dying_worker_answers_every_caller_with_its_reason(tree: Tree) -> None:
    w = await tree.worker()
    deferred = tree.asked(w, lambda a, s, state: NoReply(state))
    await tree.settle()
    running = tree.asked(w, sleep(1))
    await tree.settle()
    queued = tree.asked(w, answer(1))
    await tree.settle()
    tree.core.exit(w, "dead")
    assert ["dead"] * 3 == [await failure(call) for call in (deferred, running, queued)]


@virtual
async def test_the_caller_of_a_crash_gets_the_error(tree: Tree) -> None:
    w = await tree.worker()
    assert BOOM == await failure(tree.call(w, boom))
    assert not tree.alive(w)


@virtual
async def test_nobody_there_is_said_at_once(tree: Tree) -> None:
    w = await tree.worker(name="w")
    await tree.stop(w)
    assert ["noproc", "noproc"] == [await failure(tree.call(t, answer(1))) for t in (w, "nobody")]
    tree.core.cast(w, note(1))
    assert 1000.0 == tree.loop.now


@virtual
async def test_calling_oneself_is_said_at_once(tree: Tree) -> None:
    w = await tree.start(tree.child("w", trap=False, name="me"))

    async def ask(actor: Any, sender: Any, state: Any) -> Reply:
        reasons = [await failure(tree.core.call(target, answer(1))) for target in (w, "me")]
        return Reply(reasons, state)

    assert ["calling_self", "calling_self"] == await tree.call(w, ask)


@virtual
async def test_two_that_call_each_other_time_out_and_live(tree: Tree) -> None:
    p, q = await tree.worker("p"), await tree.worker("q")

    def asking(other: Any, request: Any, seconds: float) -> Any:
        async def do(actor: Any, sender: Any, state: Any) -> Reply:
            try:
                return Reply(await tree.core.call(other, request, seconds), state)
            except CallTimeout:
                return Reply("timeout", state)

        return do

    assert "timeout" == await tree.call(p, asking(q, asking(p, answer(1), 0.1), 0.4))
    assert tree.alive(p)
    assert tree.alive(q)


@virtual
async def test_stop_with_a_reply_terminates_first(tree: Tree) -> None:
    w = await tree.worker(value=lambda: asyncio.sleep(0.5))
    assert "bye" == await tree.call(w, lambda a, s, state: Stop("normal", state, "bye"))
    assert 1000.5 == pytest.approx(tree.loop.now)
    assert [("w", "normal")] == tree.terminated()


@virtual
async def test_stop_without_a_reply_gives_the_caller_the_reason(tree: Tree) -> None:
    w = await tree.worker()
    assert "tired" == await failure(tree.call(w, lambda a, s, state: Stop("tired", state)))


@virtual
async def test_exit_raised_in_a_handler_is_the_reason(tree: Tree) -> None:
    w = await tree.worker()
    assert "why" == await failure(tree.call(w, lambda *a: fail("why")))
    assert [("w", "why")] == tree.terminated()


@pytest.mark.parametrize("garbage", [None, "garbage", 7])
def test_any_other_return_ends_the_worker(garbage: Any) -> None:
    @virtual
    async def run(tree: Tree) -> None:
        w = await tree.worker()
        assert ("bad_return_value", garbage) == await failure(tree.call(w, lambda *a: garbage))
        assert [("w", ("bad_return_value", garbage))] == tree.terminated()

    run()


@virtual
async def test_a_reply_to_a_cast_is_a_bad_return(tree: Tree) -> None:
    w = await tree.worker()
    process = tree.process(w)
    tree.core.cast(w, lambda a, state: Reply("nobody asked", state))
    assert "bad_return_value" == (await process.wait_end())[0]


@virtual
async def test_an_error_in_terminate_replaces_the_reason(tree: Tree) -> None:
    w = await tree.worker(value=boom)
    process = tree.process(w)
    with pytest.raises(CallError) as caught:
        await tree.stop(w)
    assert [BOOM, BOOM] == [caught.value.reason, await process.wait_end()]


@pytest.mark.parametrize("error", [KeyboardInterrupt(), SystemExit(3), asyncio.CancelledError()])
def test_whatever_a_handler_raises_ends_that_worker_only(error: BaseException) -> None:
    def throw(*args: Any) -> Any:
        raise error

    async def throw_later(*args: Any) -> Any:
        await asyncio.sleep(0.1)
        raise error

    @virtual
    async def run(tree: Tree) -> None:
        for do in (throw, throw_later):
            w, other = await tree.worker("w"), await tree.worker("other")
            reason = await failure(tree.call(w, do))
            assert [type(error).__name__, True] == [reason.kind, tree.alive(other)]

    run()


# ---- continue and idle
@virtual
async def test_continue_runs_before_what_is_queued(tree: Tree) -> None:
    w = await tree.worker()
    busy = tree.asked(w, sleep(0.1))
    await tree.settle()
    going_on = tree.asked(w, lambda a, s, state: Reply("ok", state, continue_with="now"))
    await tree.settle()
    tree.core.cast(w, note("queued"))
    assert ["slept", "ok"] == [await busy, await going_on]
    assert [("continue", "now"), "queued"] == await tree.log(w)


@virtual
async def test_continue_from_init_runs_before_the_first_message(tree: Tree) -> None:
    w = await tree.start(tree.child("w", lambda state: Started(state, continue_with="warm up")))
    tree.core.cast(w, note(1))
    assert [("continue", "warm up"), 1] == await tree.log(w)


@virtual
async def test_a_stop_in_continue_comes_after_a_good_start(tree: Tree) -> None:
    begun = lambda state: Started(state, continue_with=lambda a, s: Stop("changed my mind", s))  # noqa: E731
    w = await tree.start(tree.child("w", begun))
    assert w is not None
    await tree.settle()
    assert [("w", "changed my mind")] == tree.terminated()


@virtual
async def test_the_idle_timeout_comes_once(tree: Tree) -> None:
    w = await tree.worker()
    await tree.call(w, lambda a, s, state: Reply("ok", state, idle_timeout_s=0.5))
    await asyncio.sleep(5)
    assert [IdleTimeout()] == await tree.log(w)


@virtual
async def test_any_message_cancels_the_idle_timeout(tree: Tree) -> None:
    w = await tree.worker()
    await tree.call(w, lambda a, s, state: Reply("ok", state, idle_timeout_s=0.5))
    await asyncio.sleep(0.4)
    tree.core.cast(w, note(1))
    await asyncio.sleep(5)
    assert [1] == await tree.log(w)


@virtual
async def test_a_system_message_begins_the_idle_time_anew(tree: Tree) -> None:
    w = await tree.worker()
    await tree.call(w, lambda a, s, state: Reply("ok", state, idle_timeout_s=0.5))
    await asyncio.sleep(0.4)
    state = await tree.operate(w, lambda process: process.state)
    await asyncio.sleep(0.4)
    assert [] == state.log
    await asyncio.sleep(0.2)
    assert [IdleTimeout()] == state.log


# ---- init and names
@pytest.mark.parametrize(
    ("step", "reason"),
    [
        (Stop("no disk"), "no disk"),
        (ValueError("boom"), BOOM),
        (Exit("bye"), "bye"),
        (Stop(("shutdown", 1)), ("shutdown", 1)),
    ],
)
def test_an_init_that_fails_frees_the_name_and_runs_no_terminate(step: Any, reason: Any) -> None:
    @virtual
    async def run(tree: Tree) -> None:
        with pytest.raises(StartError) as caught:
            await tree.start(tree.child("w", step, name="n"))
        assert [reason, None, []] == [caught.value.reason, tree.core.names.get("n"), tree.terminated()]

    run()


@virtual
async def test_an_init_may_say_that_there_is_nothing_to_run(tree: Tree) -> None:
    assert None is await tree.start(tree.child("w", Ignore(), name="n"))
    assert {} == tree.core.names


@virtual
async def test_a_taken_name_is_refused_before_init(tree: Tree) -> None:
    first = await tree.start(tree.child("first", name="n"))
    with pytest.raises(StartError) as caught:
        await tree.start(tree.child("second", name="n"))
    assert [("already_started", first), ["first"]] == [caught.value.reason, tree.inits()]


@virtual
async def test_a_name_is_taken_and_reachable_while_init_runs(tree: Tree) -> None:
    async def slow(state: Any) -> Any:
        await asyncio.sleep(1)
        return state

    starting = tree.loop.create_task(tree.start(tree.child("w", slow, name="n")))
    await tree.settle()
    tree.core.cast("n", note("early"))
    await starting
    assert ["early"] == await tree.log("n")


@virtual
async def test_a_worker_killed_in_init_did_not_start(tree: Tree) -> None:
    async def slow(state: Any) -> Any:
        await asyncio.sleep(10)

    starting = tree.loop.create_task(tree.start(tree.child("w", slow, name="n")))
    await tree.settle()
    tree.core.exit("n", "kill")
    with pytest.raises(StartError) as caught:
        await starting
    assert ["killed", 1000.0] == [caught.value.reason, tree.loop.now]


@virtual
async def test_names_may_be_tuples_and_follow_a_restart(tree: Tree) -> None:
    await tree.supervisor(tree.child("a", name=("room", 7), value=3))
    first = tree.core.names["room", 7].ref
    await tree.end(first, "odd")
    assert 3 == await tree.value(("room", 7))
    assert first != tree.core.names["room", 7].ref


# ---- stopping
@virtual
async def test_stopping_waits_behind_the_queue(tree: Tree) -> None:
    w = await tree.worker()
    busy = tree.asked(w, sleep(0.1))
    await tree.settle()
    queued = tree.asked(w, answer(2))
    await tree.settle()
    await tree.stop(w)
    assert ["slept", 2] == [await busy, await queued]


@virtual
async def test_the_time_to_stop_is_the_askers_only(tree: Tree) -> None:
    w = await tree.worker(value=lambda: asyncio.sleep(2))
    with pytest.raises(CallTimeout):
        await tree.stop(w, timeout_s=0.5)
    assert tree.alive(w)
    await asyncio.sleep(2)
    assert not tree.alive(w)


@virtual
async def test_a_suspended_worker_can_be_stopped(tree: Tree) -> None:
    w = await tree.worker()
    await tree.suspend(w)
    waiting = tree.asked(w, answer(1))
    await tree.settle()
    await tree.stop(w)
    assert "normal" == await failure(waiting)


@virtual
async def test_a_cancelled_caller_drops_only_its_reply(tree: Tree) -> None:
    w = await tree.worker()
    call = tree.asked(w, sleep(1))
    await tree.settle()
    call.cancel()
    await asyncio.sleep(2)
    assert 0 == await tree.value(w)
