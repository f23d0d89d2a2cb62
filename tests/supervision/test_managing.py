"""Managing the children of a running supervisor, and giving it a new declaration."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from trees import Tree, refusal, virtual

from sandbox_kernel.errors import StartError
from sandbox_kernel.supervision.manage import (
    ChildCount,
    CountChildren,
    DeleteChild,
    GetChildSpec,
    RestartChild,
    StartChild,
    TerminateChild,
)
from sandbox_kernel.supervision.spec import ChildSpec, SpecError, Supervisor
from sandbox_kernel.supervision.worker import Ignore, Stop, Worker

NO = Stop("no")


# ---- managing
@virtual
async def test_who_cut_the_link_to_the_supervisor_and_ended_is_not_counted_as_active(tree: Tree) -> None:
    top = await tree.supervisor(tree.child("a"))
    child = tree.process(await tree.ref(top, "a"))
    child.unlink(tree.process(top))
    await tree.end(child.ref, "odd")
    assert ChildCount(specs=1, active=0, supervisors=0, workers=1) == await tree.call(top, CountChildren())


@virtual
async def test_counting(tree: Tree) -> None:
    top = await tree.supervisor(tree.child("a"), tree.child("b"), ChildSpec("in", Supervisor([tree.child("x")])))
    await tree.call(top, TerminateChild("a"))
    assert ChildCount(specs=3, active=2, supervisors=1, workers=2) == await tree.call(top, CountChildren())


@virtual
async def test_requests_that_make_no_sense_are_refused(tree: Tree) -> None:
    top = await tree.supervisor(tree.child("a"))
    running = await tree.ref(top, "a")
    asked = {
        RestartChild("a"): "running",
        DeleteChild("a"): "running",
        RestartChild("z"): "not_found",
        DeleteChild("z"): "not_found",
        TerminateChild("z"): "not_found",
        GetChildSpec("z"): "not_found",
        StartChild(tree.child("a")): ("already_started", running),
        StartChild(tree.child("b", NO)): "no",
    }
    assert list(asked.values()) == [await refusal(tree.call(top, request)) for request in asked]
    assert {"a": running} == await tree.children(top)


@virtual
async def test_terminate_restart_delete(tree: Tree) -> None:
    top = await tree.supervisor(tree.child("a"), tree.child("t", restart="temporary"))
    await tree.call(top, TerminateChild("a"))
    await tree.call(top, TerminateChild("t"))
    assert {"a": None} == await tree.children(top)
    assert "already_present" == await refusal(tree.call(top, StartChild(tree.child("a"))))
    assert tree.alive(await tree.call(top, RestartChild("a")))
    await tree.call(top, TerminateChild("a"))
    await tree.call(top, DeleteChild("a"))
    assert {} == await tree.children(top)


@virtual
async def test_a_restart_by_hand_that_fails_keeps_the_spec(tree: Tree) -> None:
    top = await tree.supervisor(tree.child("a", None, NO, None))
    await tree.call(top, TerminateChild("a"))
    assert "no" == await refusal(tree.call(top, RestartChild("a")))
    assert {"a": None} == await tree.children(top)
    assert tree.alive(await tree.call(top, RestartChild("a")))


@virtual
async def test_ignored_children(tree: Tree) -> None:
    kept, dropped = tree.child("i", Ignore()), tree.child("t", Ignore(), restart="temporary")
    top = await tree.supervisor(kept, dropped)
    assert {"i": None} == await tree.children(top)
    assert None is await tree.call(top, StartChild(tree.child("j", Ignore())))
    assert {"i": None, "j": None} == await tree.children(top)


@virtual
async def test_a_dynamic_supervisor(tree: Tree) -> None:
    top = await tree.supervisor(strategy="dynamic", max_children=2, max_restarts=9)
    first = await tree.call(top, StartChild(tree.child("d", value=7)))
    second = await tree.call(top, StartChild(tree.child("d")))
    assert "max_children" == await refusal(tree.call(top, StartChild(tree.child("d"))))
    await tree.end(first, "odd")
    assert [True, 3] == [tree.alive(second), len(tree.inits("d"))]
    assert "simple_one_for_one" == await refusal(tree.call(top, TerminateChild("d")))
    await tree.call(top, TerminateChild(second))
    assert ChildCount(1, 1, 0, 1) == await tree.call(top, CountChildren())
    assert None is await tree.call(top, StartChild(tree.child("i", Ignore())))
    assert ChildCount(1, 1, 0, 1) == await tree.call(top, CountChildren())


@virtual
async def test_a_dynamic_supervisor_with_a_template(tree: Tree) -> None:
    template = tree.child("t", restart="temporary")
    top = await tree.supervisor(
        ChildSpec("t", template.start, template.args[:4], restart="temporary"), strategy="dynamic"
    )
    ref = await tree.call(top, StartChild(args=(42,), name="named"))
    assert [42, ref] == [await tree.value("named"), tree.core.names["named"].ref]


# ---- declarations
BAD: list[Any] = [
    lambda: Supervisor([ChildSpec("a", Supervisor()), ChildSpec("a", Supervisor())]),
    lambda: Supervisor(strategy="some"),  # type: ignore[arg-type]  # that is what is tested, here and below
    lambda: Supervisor(max_restarts=-1),
    lambda: Supervisor(max_seconds=0),
    lambda: Supervisor(auto_shutdown="sometimes"),  # type: ignore[arg-type]
    lambda: Supervisor(max_children=3),
    lambda: Supervisor([ChildSpec("a", Supervisor(), restart="transient", significant=True)]),
    lambda: Supervisor([ChildSpec("a", Supervisor(), significant=True)], auto_shutdown="any_significant"),
    lambda: ChildSpec("a", Supervisor(), restart="always"),  # type: ignore[arg-type]
    lambda: ChildSpec("a", Supervisor(), shutdown_ms=-5),
    lambda: ChildSpec("a", 7),  # type: ignore[arg-type]
]


@pytest.mark.parametrize("declare", BAD)
def test_what_cannot_run_is_refused_where_it_is_declared(declare: Any) -> None:
    with pytest.raises(SpecError, match=r"; |which only"):
        declare()


@virtual
async def test_a_name_that_does_not_exist_is_a_failed_start(tree: Tree) -> None:
    with pytest.raises(StartError, match="no_such_module"):
        await tree.supervisor(ChildSpec("a", "no_such_module:Till"))
    with pytest.raises(StartError, match="does not exist"):
        await tree.supervisor(ChildSpec("a", "sandbox_kernel.supervision.spec:Nothing"))


@virtual
async def test_an_init_whose_supervisor_is_killed_is_cancelled_or_ends_by_itself(tree: Tree) -> None:
    """Whoever traps exits sees the end of its parent after its init, as in OTP; no one is left behind."""

    async def slow(state: Any) -> Any:
        await asyncio.sleep(60)
        return state

    inner = Supervisor([tree.child("a"), tree.child("traps", slow)])
    top = Supervisor([tree.child("b"), ChildSpec("inner", inner)], name="top")
    starting = tree.loop.create_task(tree.start(ChildSpec("top", top)))
    await tree.settle()
    tree.core.exit("top", "kill")
    assert "killed" == await refusal(starting)
    await asyncio.sleep(100)
    assert {} == tree.core.processes
    assert [("b", "killed"), ("traps", "shutdown"), ("a", "shutdown")] == tree.terminated()


class Needy(Worker):
    def __init__(self, start: int) -> None:
        self.start = start


class Odd(Worker):
    kind = "fiber"  # type: ignore[assignment]  # that is what is tested


@pytest.mark.parametrize(("cls", "text"), [(Needy, "write init"), (Odd, "its kind is 'fiber'")])
def test_a_class_that_cannot_be_a_worker_is_a_failed_start(cls: Any, text: str) -> None:
    @virtual
    async def run(tree: Tree) -> None:
        with pytest.raises(StartError, match=text):
            await tree.start(ChildSpec("w", cls))
        assert {} == tree.core.processes

    run()
