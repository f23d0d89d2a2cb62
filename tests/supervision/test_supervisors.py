"""Starting, restarting and giving up."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from trees import BOOM, Tree, boom, fail, journal, refusal, virtual

from sandbox_kernel.errors import StartError
from sandbox_kernel.supervision.events import ShutdownFailed, SupervisorGaveUp
from sandbox_kernel.supervision.manage import (
    DeleteChild,
    RestartChild,
    StartChild,
    TerminateChild,
)
from sandbox_kernel.supervision.spec import ChildSpec, Supervisor
from sandbox_kernel.supervision.worker import Ignore, Stop

NO = Stop("no")


# ---- starting and stopping
@virtual
async def test_children_start_in_order_each_after_the_init_before(tree: Tree) -> None:
    async def slow(state: Any) -> Any:
        await asyncio.sleep(1)
        tree.journal.append(("ready", "b"))
        return state

    await tree.supervisor(tree.child("a"), tree.child("b", slow), tree.child("c"))
    assert [("init", "a"), ("init", "b"), ("ready", "b"), ("init", "c")] == tree.journal


@virtual
async def test_a_failed_start_undoes_the_start_and_reasons_nest(tree: Tree) -> None:
    inner = Supervisor([tree.child("x"), tree.child("bad", boom)])
    with pytest.raises(StartError) as caught:
        await tree.supervisor(tree.child("a"), ChildSpec("inner", inner), tree.child("z"))
    reason = ("shutdown", ("failed_to_start_child", "bad", BOOM))
    assert ("shutdown", ("failed_to_start_child", "inner", reason)) == caught.value.reason
    assert [["+a", "+x", "+bad", "-x", "-a"], {}] == [journal(tree), tree.core.processes]


@virtual
async def test_a_whole_subtree_ends_before_the_sibling_before_it(tree: Tree) -> None:
    one, two = (Supervisor([tree.child(i) for i in ids]) for ids in ("xy", "uv"))
    top = await tree.supervisor(ChildSpec("one", one), tree.child("m"), ChildSpec("two", two))
    await tree.call(top, StartChild(tree.child("late")))
    await tree.stop(top)
    assert [(i, "shutdown") for i in ("late", "v", "u", "m", "y", "x")] == tree.terminated()


@virtual
async def test_who_does_not_trap_exits_dies_without_terminate(tree: Tree) -> None:
    top = await tree.supervisor(tree.child("a", trap=False), tree.child("b"))
    await tree.stop(top)
    assert [("b", "shutdown")] == tree.terminated()


@pytest.mark.parametrize(
    ("shutdown_ms", "reason", "seconds"),
    [
        ("brutal_kill", "killed", 0),
        (100, "killed", 0.1),
        (0, "killed", 0),
        (None, "shutdown", 3),
        ("infinity", "shutdown", 3),
    ],
)
def test_shutdown_times(shutdown_ms: Any, reason: str, seconds: float) -> None:
    @virtual
    async def run(tree: Tree) -> None:
        slow = tree.child("slow", value=lambda: asyncio.sleep(3), shutdown_ms=shutdown_ms)
        top = await tree.supervisor(tree.child("a"), slow)
        process = tree.process(await tree.ref(top, "slow"))
        began = tree.loop.now
        await tree.stop(top)
        assert [reason, pytest.approx(seconds)] == [process.reason, tree.loop.now - began]
        assert ("a", "shutdown") in tree.terminated()

    run()


@virtual
async def test_a_slow_end_is_reported_with_its_reason(tree: Tree) -> None:
    top = await tree.supervisor(tree.child("slow", value=lambda: asyncio.sleep(3), shutdown_ms=50))
    await tree.stop(top)
    assert ["killed"] == [event.reason for event in tree.events if isinstance(event, ShutdownFailed)]


@virtual
async def test_the_children_of_a_dynamic_supervisor_end_all_at_once(tree: Tree) -> None:
    top = await tree.supervisor(strategy="dynamic")
    for i in range(20):
        await tree.call(top, StartChild(tree.child(f"d{i}", value=lambda: asyncio.sleep(1))))
    began = tree.loop.now
    await tree.stop(top)
    assert [pytest.approx(1), 20] == [tree.loop.now - began, len(tree.terminated())]


@virtual
async def test_the_children_of_a_killed_supervisor_die_too(tree: Tree) -> None:
    top = await tree.supervisor(tree.child("a"), tree.child("b", trap=False))
    processes = [tree.process(await tree.ref(top, i)) for i in "ab"]
    tree.core.exit(top, "kill")
    assert ["killed", "killed"] == [await process.wait_end() for process in processes]
    assert [("a", "killed")] == tree.terminated()


@virtual
async def test_strangers_cannot_harm_a_supervisor(tree: Tree) -> None:
    top = await tree.supervisor(tree.child("a"))
    tree.core.exit(top, "shutdown")
    tree.core.send(top, "hello")
    tree.core.cast(top, "hello")
    assert "unknown_request" == await refusal(tree.call(top, "what?"))
    assert tree.alive(await tree.ref(top, "a"))


# ---- restart types and strategies
ENDS = ["normal", "shutdown", ("shutdown", "x"), "odd", "killed"]


@pytest.mark.parametrize("reason", ENDS)
@pytest.mark.parametrize("restart", ["permanent", "transient", "temporary"])
def test_who_is_restarted_after_which_end(restart: Any, reason: Any) -> None:
    @virtual
    async def run(tree: Tree) -> None:
        top = await tree.supervisor(tree.child("a", restart=restart), tree.child("b"))
        await tree.end(await tree.ref(top, "a"), reason)
        again = restart == "permanent" or (restart == "transient" and reason in ("odd", "killed"))
        assert (2 if again else 1) == len(tree.inits("a"))
        assert (restart != "temporary") == ("a" in await tree.children(top))
        assert 1 == len(tree.inits("b"))

    run()


@virtual
async def test_a_restart_is_a_fresh_start(tree: Tree) -> None:
    top = await tree.supervisor(tree.child("a", value=3))
    first = await tree.ref(top, "a")
    (await tree.state(first)).value = 99
    tree.core.cast(first, boom)
    tree.core.cast(first, lambda actor, state: fail("this message died with its worker"))
    await tree.settle()
    second = await tree.ref(top, "a")
    assert [True, 3, 2] == [first != second, await tree.value(second), len(tree.inits("a"))]


GROUPS = [
    ("one_for_one", ["-b", "+b"]),
    ("one_for_all", ["-b", "-d", "-c", "-a", "+a", "+b", "+c", "+d"]),
    ("rest_for_one", ["-b", "-d", "-c", "+b", "+c", "+d"]),
]


@pytest.mark.parametrize(("strategy", "expected"), GROUPS)
def test_strategies(strategy: Any, expected: list[str]) -> None:
    @virtual
    async def run(tree: Tree) -> None:
        top = await tree.supervisor(*(tree.child(i) for i in "abcd"), strategy=strategy)
        begin = len(tree.journal)
        await tree.end(await tree.ref(top, "b"), "odd")
        assert expected == journal(tree, begin)

    run()


@virtual
async def test_a_group_restart_drops_temporary_and_revives_all_others(tree: Tree) -> None:
    done, temp = tree.child("done", restart="transient"), tree.child("temp", restart="temporary")
    top = await tree.supervisor(tree.child("a"), done, temp, tree.child("d"), strategy="one_for_all")
    await tree.end(await tree.ref(top, "done"), "normal")
    await tree.call(top, TerminateChild("d"))
    begin = len(tree.journal)
    await tree.end(await tree.ref(top, "a"), "odd")
    assert ["-a", "-temp", "+a", "+done", "+d"] == journal(tree, begin)
    assert ["a", "done", "d"] == list(await tree.children(top))


@virtual
async def test_a_normal_end_triggers_no_group_restart(tree: Tree) -> None:
    top = await tree.supervisor(tree.child("a"), tree.child("t", restart="transient"), strategy="one_for_all")
    await tree.end(await tree.ref(top, "t"), "normal")
    assert ["+a", "+t", "-t"] == journal(tree)


@virtual
async def test_a_group_whose_member_does_not_start_is_tried_again_as_a_whole(tree: Tree) -> None:
    bad = tree.child("b", None, NO, NO, None)
    top = await tree.supervisor(tree.child("a"), bad, tree.child("c"), strategy="one_for_all", max_restarts=5)
    begin = len(tree.journal)
    await tree.end(await tree.ref(top, "c"), "odd")
    assert ["-c", "-b", "-a", "+a", "+b", "-a", "+a", "+b", "-a", "+a", "+b", "+c"] == journal(tree, begin)


@virtual
async def test_rest_for_one_tries_again_from_the_member_that_failed(tree: Tree) -> None:
    bad = tree.child("b", None, NO, None)
    top = await tree.supervisor(tree.child("x"), tree.child("a"), bad, tree.child("c"), strategy="rest_for_one")
    begin = len(tree.journal)
    await tree.end(await tree.ref(top, "a"), "odd")
    assert ["-a", "-c", "-b", "+a", "+b", "+b", "+c"] == journal(tree, begin)


# ---- intensity
@virtual
async def test_one_restart_too_many_ends_all_in_reverse_order(tree: Tree) -> None:
    top = await tree.supervisor(tree.child("a"), tree.child("b"), tree.child("c"), max_restarts=1)
    process = tree.process(top)
    await tree.end(await tree.ref(top, "b"), "odd")
    begin = len(tree.journal)
    await tree.end(await tree.ref(top, "c"), "odd")
    assert ["shutdown", ["-c", "-b", "-a"]] == [process.reason, journal(tree, begin)]
    [event] = [event for event in tree.events if isinstance(event, SupervisorGaveUp)]
    assert ("sup", "c", "odd", 1) == (event.worker, event.child, event.reason, event.max_restarts)


@pytest.mark.parametrize(("pause", "alive"), [(4.99, False), (5.0, False), (5.01, True)])
def test_a_restart_counts_while_it_is_not_older_than_the_window(pause: float, alive: bool) -> None:
    @virtual
    async def run(tree: Tree) -> None:
        top = await tree.supervisor(tree.child("a"), max_restarts=1, max_seconds=5)
        await tree.end(await tree.ref(top, "a"), "odd")
        await asyncio.sleep(pause)
        await tree.end(await tree.ref(top, "a"), "odd")
        assert alive == tree.alive(top)

    run()


@virtual
async def test_every_try_of_a_restart_that_fails_counts_and_comes_at_once(tree: Tree) -> None:
    top = await tree.supervisor(tree.child("a", None, boom), tree.child("b"), max_restarts=3)
    await tree.end(await tree.ref(top, "a"), "odd")
    assert [4, False, 1000.0] == [len(tree.inits("a")), tree.alive(top), pytest.approx(tree.loop.now)]


@virtual
async def test_ignore_ends_the_tries(tree: Tree) -> None:
    top = await tree.supervisor(tree.child("a", None, NO, Ignore()), max_restarts=9)
    await tree.end(await tree.ref(top, "a"), "odd")
    assert [{"a": None}, 3] == [await tree.children(top), len(tree.inits("a"))]


@virtual
async def test_between_two_tries_the_supervisor_answers(tree: Tree) -> None:
    async def slowly(state: Any) -> Any:
        await asyncio.sleep(1)
        return NO

    top = await tree.supervisor(tree.child("a", None, slowly), max_restarts=100)
    await tree.end(await tree.ref(top, "a"), "odd")
    assert {"a": "restarting"} == await tree.children(top)
    requests = [RestartChild("a"), DeleteChild("a"), StartChild(tree.child("a"))]
    assert ["restarting", "restarting", "already_present"] == [await refusal(tree.call(top, r, None)) for r in requests]
    await tree.call(top, TerminateChild("a"), None)
    tries = len(tree.inits("a"))
    await asyncio.sleep(5)
    assert [tries, {"a": None}] == [len(tree.inits("a")), await tree.children(top)]


@virtual
async def test_a_dynamic_child_is_known_by_the_one_that_ended_while_its_restart_is_tried_again(tree: Tree) -> None:
    async def slowly(state: Any) -> Any:
        await asyncio.sleep(1)
        return NO

    top = await tree.supervisor(strategy="dynamic", max_restarts=100)
    first = await tree.call(top, StartChild(tree.child("a", None, slowly)))
    await tree.end(first, "odd")
    assert {None: "restarting"} == await tree.children(top)
    await tree.call(top, TerminateChild(first), None)
    tries = len(tree.inits("a"))
    await asyncio.sleep(5)
    assert [tries, {}] == [len(tree.inits("a")), await tree.children(top)]


@pytest.mark.parametrize(("restart", "again"), [("permanent", True), ("transient", False), ("temporary", False)])
def test_who_gives_up_ends_with_shutdown_so_only_a_permanent_one_comes_back(restart: Any, again: bool) -> None:
    @virtual
    async def run(tree: Tree) -> None:
        inner = ChildSpec("inner", Supervisor([tree.child("x")], max_restarts=0), restart=restart)
        top = await tree.supervisor(inner, tree.child("o"))
        await tree.end(await tree.ref(await tree.ref(top, "inner"), "x"), "odd")
        assert [again, 1, True] == [len(tree.inits("x")) == 2, len(tree.inits("o")), tree.alive(top)]

    run()


@virtual
async def test_normal_ends_and_manual_operations_do_not_count(tree: Tree) -> None:
    top = await tree.supervisor(tree.child("t", restart="transient"), tree.child("a"), max_restarts=0)
    await tree.end(await tree.ref(top, "t"), "normal")
    for _ in range(5):
        await tree.call(top, TerminateChild("a"))
        await tree.call(top, RestartChild("a"))
    assert tree.alive(top)


# ---- significant children
AUTO = [("any_significant", 1), ("all_significant", 2)]


@pytest.mark.parametrize(("auto", "ends"), AUTO)
@pytest.mark.parametrize("restart", ["transient", "temporary"])
def test_significant_children_end_their_supervisor(auto: Any, ends: int, restart: Any) -> None:
    @virtual
    async def run(tree: Tree) -> None:
        marked = [tree.child(i, restart=restart, significant=True) for i in ("s1", "s2")]
        top = await tree.supervisor(tree.child("a"), *marked, tree.child("c"), auto_shutdown=auto)
        process = tree.process(top)
        for i in ("s1", "s2")[:ends]:
            assert process.alive
            await tree.end(await tree.ref(top, i), "normal")
        assert "shutdown" == process.reason
        assert ("a", "shutdown") == tree.terminated()[-1]

    run()


@virtual
async def test_a_crash_of_a_significant_transient_is_a_restart_and_terminating_it_is_no_end(tree: Tree) -> None:
    marked = tree.child("s", restart="transient", significant=True)
    top = await tree.supervisor(tree.child("a"), marked, auto_shutdown="any_significant")
    await tree.end(await tree.ref(top, "s"), "odd")
    await tree.call(top, TerminateChild("s"))
    assert [2, {"a", "s"}] == [len(tree.inits("s")), set(await tree.children(top))]
