"""Corners that a random schedule hardly reaches; each is as on Erlang/OTP unless it says otherwise."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest
from trees import Actor, State, Tree, answer, journal, note, refusal, sleep, virtual

from sandbox_kernel.errors import CallError
from sandbox_kernel.supervision import api, sysops
from sandbox_kernel.supervision.events import WorkerOutput, WorkerRestarted
from sandbox_kernel.supervision.manage import GetChildSpec, RestartChild, StartChild, TerminateChild
from sandbox_kernel.supervision.spec import ChildSpec, Supervisor
from sandbox_kernel.supervision.worker import Ignore, NoReply, ProcessDown, Reply, Stop


def do(action: Any) -> Any:
    return lambda actor, sender, state: Reply(action(), state)


async def a_second() -> None:
    await asyncio.sleep(1)


# ---- supervisors that are killed
@virtual
async def test_a_killed_supervisor_is_restarted_while_its_named_children_still_end(tree: Tree) -> None:
    """Not as on OTP, where the restart fails until they are gone: their names are free as soon as they are lost."""
    slow = tree.child("slow", value=a_second, name="slow")
    inner = Supervisor([ChildSpec("deep", Supervisor([slow], name="deep"))], name="inner")
    await tree.supervisor(ChildSpec("inner", inner), max_restarts=1)
    first = tree.core.names["slow"]
    await tree.end(tree.core.names["inner"].ref, "killed")
    await tree.settle()
    assert first is not tree.core.names["slow"]
    assert first.alive
    await asyncio.sleep(2)
    assert [False, True] == [first.alive, tree.core.names["slow"].alive]
    assert ["+slow", "+slow", "-slow"] == sorted(journal(tree))


@virtual
async def test_what_a_killed_supervisor_leaves_ends_before_others_take_its_place(tree: Tree) -> None:
    inner = Supervisor([tree.child("a"), tree.child("b")], name="inner")
    await tree.supervisor(ChildSpec("inner", inner))
    await tree.end(tree.core.names["inner"].ref, "killed")
    await tree.settle()
    assert ["+a", "+b", "-b", "-a", "+a", "+b"] == journal(tree)


@virtual
async def test_so_does_what_a_supervisor_leaves_that_is_killed_in_a_group(tree: Tree) -> None:
    inner = ChildSpec("inner", Supervisor([tree.child("a"), tree.child("b")]), shutdown_ms="brutal_kill")
    top = await tree.supervisor(tree.child("first"), inner, strategy="one_for_all")
    await tree.end(await tree.ref(top, "first"), "killed")
    await tree.settle()
    assert ["+first", "+a", "+b", "-b", "-a", "+first", "+a", "+b"] == journal(tree)


@virtual
async def test_a_system_that_stops_keeps_the_order_and_its_time(tree: Tree) -> None:
    """Shutdown times are cut to what is left, as a kernel that shuts down has no longer."""
    top = await tree.supervisor(*(tree.child(child_id, value=a_second) for child_id in "abc"))
    processes = [tree.process(await tree.ref(top, child_id)) for child_id in "abc"]
    began = tree.loop.now
    await tree.system._shut_down(tree.core, 2.5, threading.Event())
    assert [2.5, ["+a", "+b", "+c", "-c", "-b", "-a"]] == [pytest.approx(tree.loop.now - began), journal(tree)]
    assert ["killed", "shutdown", "shutdown"] == [process.reason for process in processes]


def test_defaults_are_three_restarts_in_five_seconds_and_five_seconds_to_end() -> None:
    declared = Supervisor()
    assert ("one_for_one", 3, 5.0, "never") == (
        declared.strategy,
        declared.max_restarts,
        declared.max_seconds,
        declared.auto_shutdown,
    )
    assert [5.0, None, 0.0, None] == [
        ChildSpec("w", Actor).kill_after_s,
        ChildSpec("s", declared).kill_after_s,
        ChildSpec("w", Actor, shutdown_ms="brutal_kill").kill_after_s,
        ChildSpec("w", Actor, shutdown_ms="infinity").kill_after_s,
    ]


# ---- links between siblings
@virtual
async def test_a_crash_that_takes_a_sibling_with_it_is_two_restarts_in_that_order(tree: Tree) -> None:
    top = await tree.supervisor(tree.child("a", trap=False), tree.child("b", trap=False), max_restarts=2)
    a, b = await tree.ref(top, "a"), await tree.ref(top, "b")
    await tree.call(b, do(lambda: api.link(a)))
    await tree.end(b, "odd")
    assert ["b", "a"] == [event.worker for event in tree.events if isinstance(event, WorkerRestarted)]
    assert tree.alive(top)


@virtual
async def test_linking_oneself_and_unlinking_a_stranger_is_nothing(tree: Tree) -> None:
    a, b = await tree.worker("a"), await tree.worker("b")
    await tree.call(a, do(lambda: api.link(a)))
    await tree.call(a, do(lambda: api.unlink(b)))
    await tree.end(b, "odd")
    assert 0 == await tree.value(a)


# ---- managing
@virtual
async def test_a_temporary_child_that_is_ignored_leaves_no_spec(tree: Tree) -> None:
    top = await tree.supervisor()
    assert None is await tree.call(top, StartChild(tree.child("t", Ignore(), restart="temporary")))
    assert {} == await tree.children(top)


@virtual
async def test_a_dynamic_supervisor_knows_its_template_by_id(tree: Tree) -> None:
    template = tree.child("t")
    top = await tree.supervisor(template, strategy="dynamic")
    assert template == await tree.call(top, GetChildSpec("t"))
    assert "not_found" == await refusal(tree.call(top, GetChildSpec("z")))


@virtual
async def test_a_senseless_request_ends_no_tree(tree: Tree) -> None:
    top = await tree.supervisor(tree.child("a"))
    senseless: list[Any] = [StartChild("a"), TerminateChild(["a"]), RestartChild({}), GetChildSpec([]), 7, None]  # type: ignore[arg-type]
    assert {"badarg", "unknown_request"} == {await refusal(tree.call(top, request)) for request in senseless}
    assert ["+a"] == journal(tree)


@pytest.mark.process  # no process, but many thousand tries to restart take as long
@virtual
async def test_terminating_a_child_stops_the_tries_to_restart_it(tree: Tree) -> None:
    top = await tree.supervisor(tree.child("a", None, Stop("no")), max_restarts=10**6)
    await tree.end(await tree.ref(top, "a"), "odd")
    assert "restarting" == await refusal(tree.call(top, RestartChild("a")))
    await tree.call(top, TerminateChild("a"))
    tries = len(tree.inits("a"))
    await asyncio.sleep(1)
    assert tries == len(tree.inits("a"))
    assert {"a": None} == await tree.children(top)


@virtual
async def test_terminating_a_child_takes_its_own_shutdown_time(tree: Tree) -> None:
    top = await tree.supervisor(tree.child("a", value=a_second, shutdown_ms=400))
    process, began = tree.process(await tree.ref(top, "a")), tree.loop.now
    await tree.call(top, TerminateChild("a"))
    assert ["killed", pytest.approx(0.4)] == [process.reason, tree.loop.now - began]


# ---- replies
@virtual
async def test_the_first_reply_counts_whoever_gives_it(tree: Tree) -> None:
    a, b = await tree.worker("a"), await tree.worker("b")

    def hand_over(actor: Actor, sender: Any, state: State) -> NoReply:
        for value in ("first", "second"):
            api.cast(b, lambda other, its, value=value: (api.reply(sender, value), NoReply(its))[1])
        return NoReply(state)

    assert ["first", 0] == [await tree.call(a, hand_over), await tree.value(a)]


@virtual
async def test_a_caller_that_dies_while_it_waits_takes_only_its_reply_with_it(tree: Tree) -> None:
    a, b = await tree.worker("a"), await tree.worker("b")

    async def ask(actor: Actor, state: State) -> NoReply:
        await api.acall(b, sleep(1))
        return NoReply(state)

    tree.core.cast(a, ask)
    await asyncio.sleep(0.5)
    tree.core.exit(a, "kill")
    tree.core.cast(b, note("after"))
    assert ["after"] == await tree.log(b)


@virtual
async def test_during_a_restart_the_name_is_nobodys(tree: Tree) -> None:
    async def slowly(state: State) -> State:
        await asyncio.sleep(1)
        return state

    await tree.supervisor(tree.child("a", None, slowly, name="a"), max_restarts=9)
    first = tree.core.names["a"].ref
    await tree.end(first, "odd")
    assert first != tree.core.names["a"].ref
    waiting = tree.asked("a", answer("at last"))
    assert "noproc" == await refusal(tree.call(first, answer("?")))
    assert "at last" == await waiting


# ---- handlers
@virtual
async def test_a_handler_that_cancels_its_own_task_and_returns_harms_no_later_one(tree: Tree) -> None:
    worker = await tree.worker()
    await tree.call(worker, sleep(0))

    async def cancels(actor: Actor, state: State) -> NoReply:
        task = asyncio.current_task()
        assert task is not None
        task.cancel()
        return NoReply(state)

    tree.core.cast(worker, cancels)
    assert "slept" == await tree.call(worker, sleep(0.1))


@virtual
async def test_trapped_signals_wait_their_turn_like_any_message(tree: Tree) -> None:
    worker = await tree.worker(trap=True)
    tree.core.cast(worker, sleep(1))
    tree.core.cast(worker, note("before"))
    tree.core.exit(worker, "odd")
    tree.core.cast(worker, note("after"))
    before, message, after = await tree.log(worker)
    assert ["before", "odd", "after"] == [before, message.reason, after]


@virtual
async def test_what_the_dead_still_print_is_dropped(tree: Tree) -> None:
    worker = await tree.worker()

    async def stubborn(actor: Actor, state: State) -> NoReply:
        try:
            await asyncio.sleep(10)
        except asyncio.CancelledError:
            tree.core.printed(tree.dead, "stdout", "from beyond\n")
        return NoReply(state)

    tree.dead = tree.process(worker)
    tree.core.cast(worker, stubborn)
    await tree.settle()
    tree.core.exit(worker, "kill")
    await tree.settle()
    assert [] == [event for event in tree.events if isinstance(event, WorkerOutput)]


# ---- a change of code
@virtual
async def test_a_change_of_code_keeps_the_process_and_all_that_hangs_on_it(tree: Tree) -> None:
    worker, friend = await tree.start(tree.child("w", trap=False, name="known")), await tree.worker("friend")
    assert worker is not None
    await tree.call(friend, do(lambda: api.monitor(worker)))
    await tree.call(friend, do(lambda: api.link(worker)))
    await tree.call(friend, do(lambda: api.trap_exit()))

    def defer(actor: Actor, sender: Any, state: State) -> NoReply:
        state.log.append(sender)
        return NoReply(state)

    waiting = tree.asked(worker, defer)
    await tree.settle()
    await tree.suspend(worker)
    await tree.operate(worker, sysops.ChangeCode("1"))
    await tree.resume(worker)
    tree.core.cast(worker, lambda actor, state: (api.reply(state.log[0], "late"), NoReply(state))[1])
    assert ["late", worker] == [await waiting, tree.core.names["known"].ref]
    await tree.end(worker, "odd")
    told = await tree.log(friend)
    assert ["odd", "odd"] == [message.reason for message in told]
    assert 1 == sum(isinstance(message, ProcessDown) for message in told)


@virtual
async def test_an_operation_on_a_worker_that_is_killed_meanwhile_is_answered(tree: Tree) -> None:
    worker = await tree.worker()
    tree.core.cast(worker, sleep(5))
    asked = tree.loop.create_task(tree.suspend(worker, None))
    await tree.settle()
    tree.core.exit(worker, "kill")
    with pytest.raises(CallError) as caught:
        await asked
    assert "killed" == caught.value.reason
