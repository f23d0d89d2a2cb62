"""Random trees and random schedules of crashes, failing starts and requests: a running tree against a pure model.

pytest -m soak tests/supervision/test_model.py        # some thousand schedules
"""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from model import Kid, NotStarted, Running, Sup, World
from trees import Tree, journal, virtual

from sandbox_kernel.errors import ChildError, StartError
from sandbox_kernel.supervision.manage import DeleteChild, RestartChild, StartChild, TerminateChild, WhichChildren
from sandbox_kernel.supervision.refs import Ref
from sandbox_kernel.supervision.spec import ChildSpec, Supervisor
from sandbox_kernel.supervision.worker import Ignore, Stop

STRATEGIES = ["one_for_one", "one_for_all", "rest_for_one"]
RESTARTS = ["permanent", "transient", "temporary"]
AUTO = ["never", "never", "any_significant", "all_significant"]
REASONS: list[Any] = ["normal", "shutdown", ("shutdown", "x"), "odd", "killed"]
LATER = st.lists(st.sampled_from(["ok", "ok", "fail", "ignore"]), max_size=4).map(tuple)
PLANS = st.one_of(st.just(("ok",)), LATER.map(lambda later: ("ok", *later)), LATER.map(lambda later: (*later, "ok")))
DECLARED = st.sampled_from([True] * 9 + [False]).flatmap(
    lambda starts: LATER.map(lambda later: ("ok", *later)) if starts else PLANS
)
STEPS = {"ok": None, "ignore": Ignore(), "fail": Stop("no")}


@st.composite
def workers(draw: Any, kid_id: str, auto: str = "never", plans: Any = PLANS) -> Kid:
    restart = draw(
        st.sampled_from(RESTARTS if auto == "never" else ["permanent", "transient", "transient", "temporary"])
    )
    significant = auto != "never" and restart != "permanent" and draw(st.integers(0, 4)) > 0
    return Kid(kid_id, restart, draw(plans), significant)


@st.composite
def supervisors(draw: Any, sup_id: str, depth: int) -> Sup:
    auto = draw(st.sampled_from(AUTO))
    kids = []
    for number in range(draw(st.integers(1, 4))):
        kid_id = f"{sup_id}{number}"
        kid = draw(workers(kid_id, auto, DECLARED))
        if depth and draw(st.integers(0, 2)) == 0:
            kid = Kid(kid_id, kid.restart, significant=kid.significant, inner=draw(supervisors(kid_id, depth - 1)))
        kids.append(kid)
    return Sup(tuple(kids), draw(st.sampled_from(STRATEGIES)), draw(st.integers(0, 5)), auto)


@st.composite
def operations(draw: Any) -> list[Any]:
    one = st.tuples(
        st.sampled_from(["end"] * 6 + ["kill_sup", "terminate", "restart", "delete", "add", "wait", "wait"]),
        st.integers(0, 20),
        st.sampled_from(REASONS),
        workers("added"),
    )
    return list(draw(st.lists(one, min_size=1, max_size=14)))


# ---- the same declaration for both sides
def spec_of(tree: Tree, kid: Kid) -> ChildSpec:
    if kid.inner is not None:
        inner = declared(tree, kid.inner, f"s-{kid.id}")
        return ChildSpec(kid.id, inner, restart=kid.restart, significant=kid.significant)  # type: ignore[arg-type]
    steps = [STEPS[step] for step in kid.plan]
    return tree.child(kid.id, *steps, restart=kid.restart, significant=kid.significant, name=f"w-{kid.id}")


def declared(tree: Tree, sup: Sup, name: str) -> Supervisor:
    options: dict[str, Any] = {"strategy": sup.strategy, "max_restarts": sup.limit, "auto_shutdown": sup.auto}
    return Supervisor([spec_of(tree, kid) for kid in sup.kids], name=name, **options)


async def shape(tree: Tree, supervisor: Ref) -> list[Any]:
    found = []
    for child_id, ref in (await tree.children(supervisor)).items():
        inner = isinstance(ref, Ref) and tree.process(ref).kind == "supervisor"
        status = "running" if isinstance(ref, Ref) else ref or "stopped"
        found.append((child_id, await shape(tree, ref) if inner else status))
    return found


class Play:
    """One schedule, on a tree and on the model."""

    def __init__(self, tree: Tree, sup: Sup) -> None:
        self.tree, self.declared = tree, sup
        self.world = World()
        self.model: Running | None = None
        self.top: Ref | None = None

    async def begin(self) -> bool:
        try:
            self.model = Running(self.world, self.declared)
        except NotStarted:
            with pytest.raises(StartError):
                await self.tree.start(ChildSpec("top", declared(self.tree, self.declared, "s-top")))
        else:
            self.top = await self.tree.start(ChildSpec("top", declared(self.tree, self.declared, "s-top")))
        assert self.world.events == journal(self.tree)
        return self.model is not None

    async def do(self, what: str, index: int, reason: Any, added: Kid) -> None:
        self.world.now = self.tree.loop.now
        begun, seen = len(self.world.events), len(self.tree.journal)
        unordered = await getattr(self, what)(index, reason, added)
        await self.tree.settle()
        expected, actual = self.world.events[begun:], journal(self.tree, seen)
        assert (Counter(expected), Counter(actual)) == (Counter(actual), Counter(actual))
        assert unordered or expected == actual
        await self.compare()

    async def compare(self) -> None:
        assert self.model is not None
        assert self.top is not None
        assert self.model.alive == self.tree.alive(self.top)
        if self.model.alive:
            assert self.model.shape() == await shape(self.tree, self.top)
        named = {f"w-{kid_id}" for kid_id in self.model.workers()} if self.model.alive else set()
        assert named == {name for name in self.tree.core.names if str(name).startswith("w-")}

    def pick(self, found: dict[str, Any], index: int) -> Any:
        return found[sorted(found)[index % len(found)]] if found else None

    def any_supervisor(self, index: int) -> tuple[Running, str]:
        assert self.model is not None
        found = {kid_id: place.inside for kid_id, (_, place) in self.model.supervisors().items() if place}
        names = ["top", *sorted(found)]
        name = names[index % len(names)]
        inside = self.model if name == "top" else found[name]
        assert inside is not None
        return inside, f"s-{name}"

    # ---- operations; True if the order of what they cause is nobody's promise
    async def end(self, index: int, reason: Any, added: Kid) -> bool:
        assert self.model is not None
        chosen = self.pick(self.model.workers(), index)
        if chosen is None:
            return False
        supervisor, place = chosen
        if reason != "killed":
            self.world.events.append(f"-{place.kid.id}")  # it ends itself, so its terminate runs
        ref = self.tree.core.names[f"w-{place.kid.id}"].ref
        supervisor.ended(place, reason)
        await self.tree.end(ref, reason)
        return False

    async def kill_sup(self, index: int, reason: Any, added: Kid) -> bool:
        assert self.model is not None
        chosen = self.pick(self.model.supervisors(), index)
        if chosen is None:
            return False
        supervisor, place = chosen
        place.inside.end()
        supervisor.ended(place, "killed")
        await self.tree.end(self.tree.core.names[f"s-{place.kid.id}"].ref, "killed")
        return True

    async def wait(self, index: int, reason: Any, added: Kid) -> bool:
        await asyncio.sleep((2.5, 5.0, 6.0)[index % 3])
        return False

    async def ask(self, model_says: str, name: str, request: Any) -> bool:
        try:
            await self.tree.call(self.tree.core.names[name].ref, request)
            answer = "ok"
        except ChildError as error:
            answer = str(error.reason[0] if isinstance(error.reason, tuple) else error.reason)
        except StartError:
            answer = "failed"
        assert model_says == answer
        return False

    async def terminate(self, index: int, reason: Any, added: Kid) -> bool:
        supervisor, name = self.any_supervisor(index)
        kid_id = self.some_id(supervisor, index)
        return await self.ask(supervisor.terminate(kid_id), name, TerminateChild(kid_id))

    async def restart(self, index: int, reason: Any, added: Kid) -> bool:
        supervisor, name = self.any_supervisor(index)
        kid_id = self.some_id(supervisor, index)
        return await self.ask(supervisor.start_again(kid_id), name, RestartChild(kid_id))

    async def delete(self, index: int, reason: Any, added: Kid) -> bool:
        supervisor, name = self.any_supervisor(index)
        kid_id = self.some_id(supervisor, index)
        return await self.ask(supervisor.delete(kid_id), name, DeleteChild(kid_id))

    async def add(self, index: int, reason: Any, added: Kid) -> bool:
        supervisor, name = self.any_supervisor(index)
        same = self.some_id(supervisor, index // 2) if index % 2 else "nobody"
        kid_id = f"added{len(self.tree.journal)}" if same == "nobody" else same  # names are of one worker at a time
        kid = Kid(kid_id, added.restart, added.plan)
        return await self.ask(supervisor.add(kid), name, StartChild(spec_of(self.tree, kid)))

    @staticmethod
    def some_id(supervisor: Running, index: int) -> str:
        ids = [*(place.kid.id for place in supervisor.places), "nobody"]
        return ids[(index // 3) % len(ids)]


def play(sup: Sup, schedule: list[Any]) -> None:
    @virtual
    async def run(tree: Tree) -> None:
        game = Play(tree, sup)
        if not await game.begin():
            assert {} == tree.core.processes == tree.core.names
            return
        for operation in schedule:
            assert game.model is not None
            if not game.model.alive:
                break
            await game.do(*operation)

    run()


QUICK = settings(max_examples=60)
LONG = settings(max_examples=3000, derandomize=False)


@given(supervisors("a", 0), operations())
@QUICK
def test_one_supervisor_follows_the_model(sup: Sup, schedule: list[Any]) -> None:
    play(sup, schedule)


@given(supervisors("a", 2), operations())
@QUICK
def test_nested_supervisors_follow_the_model(sup: Sup, schedule: list[Any]) -> None:
    play(sup, schedule)


@pytest.mark.soak
@given(supervisors("a", 3), operations())
@LONG
def test_thousands_of_trees_follow_the_model(sup: Sup, schedule: list[Any]) -> None:
    play(sup, schedule)


# ---- a dynamic supervisor, whose children have no ids
@given(
    st.lists(st.tuples(st.sampled_from(["add", "add", "end", "end", "wait"]), st.integers(0, 9), workers("d"),
                       st.sampled_from(REASONS)), max_size=16),
    st.integers(0, 4),
)  # fmt: skip
@QUICK
def test_a_dynamic_supervisor_follows_the_model(schedule: list[Any], limit: int) -> None:
    sup = Sup((), "dynamic", limit)

    @virtual
    async def run(tree: Tree) -> None:
        game = Play(tree, sup)
        await game.begin()
        assert game.model is not None
        assert game.top is not None
        for number, (what, index, worker, reason) in enumerate(schedule):
            game.world.now = tree.loop.now
            begun, seen = len(game.world.events), len(tree.journal)
            if what == "add":
                kid = Kid(f"d{number}", worker.restart, worker.plan)
                await game.ask(game.model.add(kid), "s-top", StartChild(spec_of(tree, kid)))
            else:
                await getattr(game, what)(index, reason, worker)
            await tree.settle()
            expected, actual = game.world.events[begun:], journal(tree, seen)
            assert sorted(expected) == sorted(actual) if not game.model.alive else expected == actual
            assert game.model.alive == tree.alive(game.top)
            if not game.model.alive:
                assert {} == tree.core.processes
                return
            assert {f"w-{i}" for i in game.model.workers()} == set(tree.core.names) - {"s-top"}
            assert len(game.model.places) == len(await tree.call(game.top, WhichChildren()))

    run()


PAUSES = st.lists(st.sampled_from([0.0, 0.5, 1.0, 2.0, 2.5, 4.5, 5.0, 5.5]), min_size=1, max_size=12)


@given(PAUSES, st.integers(0, 4))
@QUICK
def test_the_intensity_follows_the_model(pauses: list[float], limit: int) -> None:
    """A restart counts while it is at most five seconds old, to the last nanosecond."""
    sup = Sup((Kid("a"), Kid("b")), limit=limit)

    @virtual
    async def run(tree: Tree) -> None:
        game = Play(tree, sup)
        await game.begin()
        for number, pause in enumerate(pauses):
            await asyncio.sleep(pause)
            await game.do("end", number, "odd", Kid("nobody"))
            assert game.model is not None
            if not game.model.alive:
                return

    run()
