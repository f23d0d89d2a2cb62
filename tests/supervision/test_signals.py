"""Exit signals, links and monitors (SUPERVISION a.6)."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from trees import BOOM, Tree, answer, boom, fail, sleep, virtual

from sandbox_kernel.errors import CallError
from sandbox_kernel.supervision import api
from sandbox_kernel.supervision.refs import Monitor
from sandbox_kernel.supervision.worker import ExitMessage, ProcessDown, Reply


def do(action: Any) -> Any:
    return lambda actor, sender, state: Reply(action(), state)


@virtual
async def test_normal_is_ignored_and_anything_else_kills_without_terminate(tree: Tree) -> None:
    w = await tree.worker()
    process = tree.process(w)
    tree.core.exit(w, "normal")
    assert 0 == await tree.value(w)
    tree.core.exit(w, ("shutdown", "x"))
    assert [("shutdown", "x"), []] == [await process.wait_end(), tree.terminated()]


@pytest.mark.parametrize("reason", ["normal", "odd", "killed", "shutdown"])
def test_a_trapped_signal_is_a_message(reason: str) -> None:
    @virtual
    async def run(tree: Tree) -> None:
        w = await tree.worker(trap=True)
        tree.core.exit(w, reason)
        assert [ExitMessage(None, reason)] == await tree.log(w)

    run()


@virtual
async def test_kill_cannot_be_trapped_and_is_told_as_killed(tree: Tree) -> None:
    w = await tree.worker(trap=True)
    process = tree.process(w)
    tree.core.exit(w, "kill")
    assert ["killed", []] == [await process.wait_end(), tree.terminated()]


@virtual
async def test_the_reason_kill_of_a_linked_one_can_be_trapped(tree: Tree) -> None:
    p, q = await tree.worker("p"), await tree.worker("q", trap=True)
    await tree.call(p, do(lambda: api.link(q)))
    await tree.end(p, "kill")
    assert [ExitMessage(p, "kill")] == await tree.log(q)


@virtual
async def test_trapping_can_be_switched(tree: Tree) -> None:
    w = await tree.worker()
    await tree.call(w, do(lambda: api.trap_exit(True)))
    tree.core.exit(w, "x")
    assert 1 == len(await tree.log(w))
    await tree.call(w, do(lambda: api.trap_exit(False)))
    tree.core.exit(w, "y")
    assert not tree.alive(w)


@virtual
async def test_links_are_symmetric_and_transitive(tree: Tree) -> None:
    workers = [await tree.worker(f"w{i}") for i in range(5)]
    for one, other in itertools.pairwise(workers):
        await tree.call(one, do(lambda other=other: api.link(other)))
    process = tree.process(workers[4])
    await tree.end(workers[2], "odd")
    assert [False] * 5 == [tree.alive(w) for w in workers]
    assert ["odd", [("w2", "odd")]] == [process.reason, tree.terminated()]


@virtual
async def test_linking_twice_is_linking_once(tree: Tree) -> None:
    p, q = await tree.worker("p", trap=True), await tree.worker("q")
    for one, other in ((p, q), (q, p)):
        await tree.call(one, do(lambda other=other: api.link(other)))
    await tree.call(p, do(lambda: api.unlink(q)))
    await tree.end(q, "odd")
    assert [] == await tree.log(p)


@virtual
async def test_a_normal_end_spreads_to_nobody_but_is_told_to_who_traps(tree: Tree) -> None:
    p, q, r = await tree.worker("p"), await tree.worker("q"), await tree.worker("r", trap=True)
    for one in (q, r):
        await tree.call(one, do(lambda: api.link(p)))
    await tree.stop(p)
    assert [True, [ExitMessage(p, "normal")]] == [tree.alive(q), await tree.log(r)]


@virtual
async def test_linking_to_the_dead(tree: Tree) -> None:
    dead, p, q = await tree.worker("dead"), await tree.worker("p"), await tree.worker("q", trap=True)
    await tree.stop(dead)
    await tree.call(q, do(lambda: api.link(dead)))
    assert [ExitMessage(dead, "noproc")] == await tree.log(q)
    with pytest.raises(CallError, match="<dead#1> has ended; call by name"):
        await tree.call(p, do(lambda: api.link(dead)))


@virtual
async def test_each_monitor_gets_its_own_word_and_none_spreads(tree: Tree) -> None:
    w, t = await tree.worker("w"), await tree.worker("t")
    monitors = [await tree.call(w, do(lambda: api.monitor(t))) for _ in range(2)]
    outside = tree.core.monitor(t, None)
    await tree.end(t, "over")
    assert [ProcessDown(m, t, "over") for m in monitors] == await tree.log(w)
    assert "over" == outside.wait(0)


@virtual
async def test_the_reason_of_a_crash_is_told(tree: Tree) -> None:
    t = await tree.worker("t")
    monitor = tree.core.monitor(t, None)
    tree.core.cast(t, boom)
    await tree.settle()
    assert BOOM == monitor.wait(0)


@virtual
async def test_monitoring_nobody_is_told_at_once(tree: Tree) -> None:
    w, t = await tree.worker("w"), await tree.worker("t")
    await tree.stop(t)
    first, second = [await tree.call(w, do(lambda x=x: api.monitor(x))) for x in (t, "nobody")]
    assert [ProcessDown(first, t, "noproc"), ProcessDown(second, None, "noproc")] == await tree.log(w)


@virtual
async def test_a_monitor_follows_the_process_not_the_name(tree: Tree) -> None:
    await tree.supervisor(tree.child("a", name="n"))
    monitor = tree.core.monitor("n", None)
    await tree.end(tree.core.names["n"].ref, "odd")
    assert ["odd", True] == [monitor.wait(0), "n" in tree.core.names]


@virtual
async def test_demonitor_takes_back_what_is_queued(tree: Tree) -> None:
    w, t = await tree.worker("w"), await tree.worker("t")
    monitor: Monitor = await tree.call(w, do(lambda: api.monitor(t)))
    busy = tree.asked(w, sleep(1))
    await tree.settle()
    tree.core.cast(t, lambda *a: fail("over"))
    await tree.settle()
    tree.core.demonitor(monitor)
    await busy
    assert [] == await tree.log(w)


@virtual
async def test_who_watches_leaves_nothing_behind(tree: Tree) -> None:
    w, t = await tree.worker("w"), await tree.worker("t")
    await tree.call(w, do(lambda: api.monitor(t)))
    await tree.call(w, do(lambda: api.link(t)))
    await tree.call(w, do(lambda: api.unlink(t)))
    await tree.end(w, "odd")
    process = tree.process(t)
    assert [[], {}] == [process.monitors, process.links]


@virtual
async def test_a_killed_handler_that_goes_on_is_a_zombie_whom_nobody_hears(tree: Tree) -> None:
    import asyncio

    w = await tree.worker()

    async def stubborn(actor: Any, sender: Any, state: Any) -> Reply:
        try:
            await asyncio.sleep(1)
        except asyncio.CancelledError:
            await asyncio.sleep(5)
        return Reply("too late", state)

    call = tree.asked(w, stubborn)
    await tree.settle()
    tree.core.exit(w, "kill")
    with pytest.raises(CallError) as caught:
        await call
    assert ["killed", [w]] == [caught.value.reason, [p.ref for p in tree.core.zombies()]]
    await asyncio.sleep(10)
    assert [] == tree.core.zombies()


@virtual
async def test_send_after_and_its_cancelling(tree: Tree) -> None:
    import asyncio

    w = await tree.worker()

    def later(actor: Any, sender: Any, state: Any) -> Reply:
        return Reply([api.send_after(1, api.this(), n) for n in (1, 2)], state)

    timers = await tree.call(w, later)
    timers[0].cancel()
    await asyncio.sleep(2)
    assert [2] == await tree.log(w)
    assert "there" == await tree.call(w, answer("there"))


@virtual
async def test_unlinking_leaves_what_is_queued_already(tree: Tree) -> None:
    p, q = await tree.worker("p"), await tree.worker("q", trap=True)
    await tree.call(q, do(lambda: api.link(p)))
    busy = tree.asked(q, sleep(1))
    await tree.settle()
    await tree.end(p, "odd")
    unlinking = tree.asked(q, do(lambda: api.unlink(p)))
    await busy
    await unlinking
    assert [ExitMessage(p, "odd")] == await tree.log(q)


@virtual
async def test_an_exit_signal_says_which_worker_sent_it(tree: Tree) -> None:
    p, q = await tree.worker("p"), await tree.worker("q", trap=True)
    await tree.call(p, do(lambda: tree.core.exit(q, "odd")))
    assert [ExitMessage(p, "odd")] == await tree.log(q)


@virtual
async def test_a_worker_may_end_itself_with_a_signal(tree: Tree) -> None:
    p = await tree.worker("p")
    with pytest.raises(CallError) as caught:
        await tree.call(p, do(lambda: tree.core.exit(p, "normal")))
    assert ["normal", []] == [caught.value.reason, tree.terminated()]
