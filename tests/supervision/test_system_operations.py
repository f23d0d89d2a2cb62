"""Suspending, looking into and changing running workers (SUPERVISION a.8, a.9, c.5)."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from trees import Actor, State, Tree, answer, boom, note, sleep, virtual

from sandbox_kernel.errors import CallError, CallTimeout, ChildError, MigrationError, ReloadError
from sandbox_kernel.supervision import sysops
from sandbox_kernel.supervision.manage import Difference, Redeclare
from sandbox_kernel.supervision.spec import ChildSpec, Supervisor
from sandbox_kernel.supervision.suspension import Group
from sandbox_kernel.supervision.system import System
from sandbox_kernel.supervision.worker import Down, NoReply, Reply, Worker


@virtual
async def test_suspension_waits_behind_the_queue_and_holds_the_rest_in_order(tree: Tree) -> None:
    w = await tree.worker()
    for _ in range(5):
        tree.core.cast(w, sleep(0.04))
    began = tree.loop.now
    await tree.suspend(w)
    assert pytest.approx(0.2) == tree.loop.now - began
    for n in range(10):
        tree.core.cast(w, note(n))
    tree.core.send(w, "info")
    state = await tree.operate(w, lambda process: process.state)
    assert ["suspended", []] == [await tree.operate(w, sysops.status), state.log]
    await tree.resume(w)
    tree.core.cast(w, note("after"))
    assert [*range(10), "info", "after"] == await tree.log(w)


@virtual
async def test_suspending_twice_is_suspending_once(tree: Tree) -> None:
    w = await tree.worker()
    await tree.suspend(w)
    await tree.suspend(w)
    await tree.resume(w)
    assert 0 == await tree.value(w)


@virtual
async def test_a_suspension_that_times_out_still_happens_later(tree: Tree) -> None:
    w = await tree.worker()
    busy = tree.asked(w, sleep(1))
    await tree.settle()
    with pytest.raises(CallTimeout):
        await tree.suspend(w, 0.1)
    await busy
    assert "suspended" == await tree.operate(w, sysops.status)


@virtual
async def test_what_reaches_a_suspended_worker(tree: Tree) -> None:
    p, q, r = [await tree.worker(i, trap=i != "q") for i in "pqr"]
    for w in (p, q, r):
        await tree.suspend(w)
    tree.core.exit(p, "queued")
    tree.core.exit(q, "odd")
    tree.core.exit(r, "kill")
    await tree.settle()
    assert [True, False, False] == [tree.alive(w) for w in (p, q, r)]
    await tree.resume(p)
    assert ["queued"] == [message.reason for message in await tree.log(p)]


@virtual
async def test_a_suspended_child_obeys_its_supervisor(tree: Tree) -> None:
    top = await tree.supervisor(tree.child("a"))
    await tree.suspend(await tree.ref(top, "a"))
    await tree.stop(top)
    assert [("a", "shutdown")] == tree.terminated()


@virtual
async def test_a_suspended_supervisor_restarts_when_it_is_resumed(tree: Tree) -> None:
    top = await tree.supervisor(tree.child("a"))
    ref = await tree.ref(top, "a")
    await tree.suspend(top)
    await tree.end(ref, "odd")
    assert 1 == len(tree.inits("a"))
    await tree.resume(top)
    await tree.settle()
    assert 2 == len(tree.inits("a"))


@virtual
async def test_replacing_the_state(tree: Tree) -> None:
    w = await tree.worker(value=1)
    await tree.operate(w, sysops.ReplaceState(lambda state: State(state.value + 1)))
    with pytest.raises(CallError, match="not replaced"):
        await tree.operate(w, sysops.ReplaceState(boom))
    assert 2 == await tree.value(w)


@virtual
async def test_statistics_and_trace_count_while_they_are_on(tree: Tree) -> None:
    w = await tree.worker()
    assert None is await tree.operate(w, sysops.CountMessages(None))
    await tree.operate(w, sysops.CountMessages(True))
    await tree.operate(w, sysops.Trace(True))
    tree.core.cast(w, note(1))
    tree.core.send(w, "info")
    await tree.call(w, answer("value"))
    counted = await tree.operate(w, sysops.CountMessages(None))
    kept = await tree.operate(w, sysops.Trace(False))
    assert [(3, 1), ["in", "in", "in", "out"]] == [(counted.messages_in, counted.messages_out), [k for k, _ in kept]]
    await tree.operate(w, sysops.CountMessages(False))
    assert None is await tree.operate(w, sysops.CountMessages(None))


@virtual
async def test_system_operations_on_nobody(tree: Tree) -> None:
    with pytest.raises(CallError) as caught:
        await tree.operate("nobody", sysops.suspend)
    assert "noproc" == caught.value.reason


# ---- change of code
class Counter(Worker):
    """Its code_change is set by the test."""

    change: Any = None

    def handle_call(self, request: Any, sender: Any, state: Any) -> Reply:
        return Reply(state, state)

    def handle_cast(self, message: Any, state: Any) -> NoReply:
        return NoReply([*state, message])

    def code_change(self, old_version: Any, state: Any, extra: Any) -> Any:
        return type(self).change(old_version, state, extra)


@pytest.fixture
def counters(system: System) -> list[Any]:
    return [system.start_worker(Counter, [n], name=f"c{n}") for n in range(3)]


def test_all_states_are_migrated_and_queued_messages_run_once(system: System, counters: list[Any]) -> None:
    Counter.change = staticmethod(lambda old, state, extra: [*state, old, extra])
    with system.suspended(counters) as group:
        for counter in counters:
            system.cast(counter, "queued")
        group.change_code(lambda worker: worker.name, "extra")
    assert [[n, f"c{n}", "extra", "queued"] for n in range(3)] == [system.call(c, "state") for c in counters]


def test_one_migration_that_fails_undoes_all_also_what_it_spoilt(system: System, counters: list[Any]) -> None:
    def change(old: Any, state: Any, extra: Any) -> Any:
        state.append("spoilt")
        return [*state, 1 // (1 - state[0])]

    Counter.change = staticmethod(change)
    with pytest.raises(MigrationError, match=r"'c1'.*ZeroDivisionError") as caught, system.suspended(counters) as group:
        group.change_code(1)
    assert ["c1", "ZeroDivisionError"] == [caught.value.target, type(caught.value.__cause__).__name__]
    assert [[0], [1], [2]] == [system.call(c, "state") for c in counters]


def test_a_finished_migration_can_be_undone(system: System, counters: list[Any]) -> None:
    Counter.change = staticmethod(lambda old, state, extra: [old.version])
    with system.suspended(counters) as group:
        group.change_code(Down(7))
        assert [[7]] * 3 == [system.get_state(c) for c in counters]
        group.restore()
    assert [[0], [1], [2]] == [system.call(c, "state") for c in counters]


def test_dependents_are_suspended_first_and_migrated_last(system: System) -> None:
    order: list[Any] = []
    Counter.change = staticmethod(lambda old, state, extra: order.append(state[0]) or state)
    children = [ChildSpec(str(n), Counter, ([n],), name=f"d{n}") for n in range(3)]
    system.start_supervisor(Supervisor(children))
    with system.suspended(["d1", "d2", "d0"]) as group:
        assert ["d0", "d1", "d2"] == [worker.name for worker in group.workers]
        group.change_code(1)
    assert [0, 1, 2] == order


def test_a_dead_worker_is_left_out_of_a_suspension(system: System, counters: list[Any]) -> None:
    system.stop_process(counters[0])
    with system.suspended(counters) as group:
        assert ["c1", "c2"] == [worker.name for worker in group.workers]


@virtual
async def test_a_busy_worker_is_named_and_its_suspension_is_void(tree: Tree) -> None:
    workers = [await tree.worker(i) for i in "abc"]
    busy = tree.asked(workers[1], sleep(9), None)
    await tree.settle()
    group = Group(tree.system, workers, 5.0)
    with pytest.raises(ReloadError, match="worker 'b' was busy") as caught:
        await group.suspend()
    assert "busy-worker" == caught.value.reason
    assert "slept" == await busy
    assert ["running"] * 3 == [await tree.operate(w, sysops.status) for w in workers]


@virtual
async def test_a_migration_that_takes_too_long_changes_nothing(tree: Tree) -> None:
    class Slow(Actor):
        async def code_change(self, old_version: Any, state: Any, extra: Any) -> Any:
            await asyncio.sleep(60)

    spec = tree.child("w", trap=False, value=3)
    w = await tree.start(ChildSpec("w", Slow, spec.args))
    group = Group(tree.system, [w], 5.0)
    await group.suspend()
    with pytest.raises(MigrationError, match="took longer"):
        await group._change_code(1, None, None)
    group.resume()
    assert 3 == await tree.value(w)


@virtual
async def test_code_changes_only_while_suspended(tree: Tree) -> None:
    w = await tree.worker()
    with pytest.raises(MigrationError, match="suspend it") as caught:
        await tree.operate(w, sysops.ChangeCode(1))
    assert "not-suspended" == caught.value.reason


@virtual
async def test_a_handler_that_outlives_two_loads_is_ended(tree: Tree) -> None:
    w = await tree.worker()
    call = tree.asked(w, sleep(9))
    await tree.settle()
    process = tree.process(w)
    process.loaded()
    assert process.alive
    process.loaded()
    with pytest.raises(CallError) as caught:
        await call
    assert "killed" == caught.value.reason


def test_a_class_defined_anew_serves_the_next_message_and_every_restart(system: System, monkeypatch: Any) -> None:
    class Newer(Counter):
        def handle_call(self, request: Any, sender: Any, state: Any) -> Reply:
            return Reply("newer", state)

    Newer.__qualname__ = "Counter"
    top = system.start_supervisor(Supervisor([ChildSpec("c", Counter, ([1],), name="c")]))
    first = system.whereis("c")
    assert [1] == system.call("c", "state")
    monkeypatch.setitem(globals(), "Counter", Newer)
    assert "newer" == system.call("c", "state")
    monitor = system.monitor(first)
    system.exit(first, "odd")
    monitor.wait(5)
    system.which_children(top)  # answered after the restart
    assert "newer" == system.call("c", "state")


# ---- declaring a supervisor anew
@virtual
async def test_a_new_declaration_is_merged(tree: Tree) -> None:
    top = await tree.supervisor(tree.child("a"), tree.child("b"), max_restarts=1)
    before = await tree.children(top)
    newer = Supervisor([tree.child("b", value=5), tree.child("c")], max_restarts=9)
    assert Difference(("c",), ("b",), ("a",)) == await tree.call(top, Redeclare(newer))
    assert {"b": before["b"], "c": None, "a": before["a"]} == await tree.children(top)
    await tree.end(before["b"], "odd")
    assert 5 == await tree.value(await tree.ref(top, "b"))


@virtual
async def test_a_new_declaration_can_be_carried_out(tree: Tree) -> None:
    top = await tree.supervisor(tree.child("a"), tree.child("b"))
    await tree.call(top, Redeclare(Supervisor([tree.child("b"), tree.child("c")]), apply=True))
    assert [["b", "c"], [("a", "shutdown")]] == [list(await tree.children(top)), tree.terminated()]


@virtual
async def test_a_bad_declaration_changes_nothing(tree: Tree) -> None:
    top = await tree.supervisor(tree.child("a"))
    before = await tree.children(top)
    with pytest.raises(ChildError, match="boom"):
        await tree.call(top, Redeclare(boom))
    assert before == await tree.children(top)
