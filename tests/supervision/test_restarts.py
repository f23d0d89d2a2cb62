"""Random schedules: the pure decisions against a model, and whole trees against the pure decisions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from trees import Tree, virtual

from sandbox_kernel.supervision import restarts
from sandbox_kernel.supervision.manage import RestartChild, TerminateChild
from sandbox_kernel.supervision.reasons import Reason, is_abnormal
from sandbox_kernel.supervision.restarts import Begin, End, Forget, GiveUp, Member, ShutDown
from sandbox_kernel.supervision.restarts import Tree as Decisions
from sandbox_kernel.supervision.worker import Ignore, Stop

REASONS: list[Any] = ["normal", "shutdown", ("shutdown", "x"), "odd", "killed"]
STRATEGIES = ["one_for_one", "one_for_all", "rest_for_one"]
RESTARTS = ["permanent", "transient", "temporary"]
SECOND = 1_000_000_000


@dataclass
class Model:
    """A supervisor in the fewest words, written from OTP's manual and not from our code. Times in seconds."""

    strategy: str
    restarts: dict[str, str]
    limit: int
    window: float
    running: set[str] = field(default_factory=set)
    times: list[float] = field(default_factory=list)
    events: list[str] = field(default_factory=list)
    alive: bool = True

    def __post_init__(self) -> None:
        self.running = set(self.restarts)
        self.events = [f"+{i}" for i in self.restarts]

    def ended(self, child: str, reason: Reason, now: float) -> None:
        kind = self.restarts[child]
        self.running.discard(child)
        if kind == "temporary":
            del self.restarts[child]
        if kind == "temporary" or (kind == "transient" and not is_abnormal(reason)):
            return
        self.times = [t for t in self.times if now - t <= self.window] + [now]
        if len(self.times) > self.limit:
            self.stop(list(self.restarts))
            self.alive = False
            return
        order = list(self.restarts)
        group = {"one_for_one": [child], "one_for_all": order, "rest_for_one": order[order.index(child) :]}[
            self.strategy
        ]
        self.stop(group)
        for other in group:
            if self.restarts[other] == "temporary":
                del self.restarts[other]
            else:
                self.running.add(other)
                self.events.append(f"+{other}")

    def stop(self, group: list[str]) -> None:
        for child in reversed(group):
            if child in self.running:
                self.running.discard(child)
                self.events.append(f"-{child}")


CHILDREN = st.lists(st.sampled_from(RESTARTS), min_size=1, max_size=5)
SCHEDULE = st.lists(
    st.tuples(st.integers(0, 4), st.sampled_from(REASONS), st.floats(0, 4, allow_nan=False)), min_size=1, max_size=15
)


def play(decisions: Decisions, actions: tuple[restarts.Action, ...], events: list[str]) -> tuple[Decisions, bool]:
    """Carry the actions out as a supervisor whose children all start."""
    for action in actions:
        match action:
            case End(child):
                events.append(f"-{child}")
                decisions = decisions.with_status(child, "stopped") if decisions.member(child) else decisions
            case Begin(child):
                events.append(f"+{child}")
                decisions = decisions.with_status(child, "running")
            case Forget(child):
                decisions = decisions.without(child)
            case GiveUp() | ShutDown():
                events += [f"-{m.id}" for m in reversed(decisions.members) if m.status == "running"]
                return decisions, False
    return decisions, True


@given(st.sampled_from(STRATEGIES), CHILDREN, SCHEDULE, st.integers(0, 4), st.integers(1, 8))
@settings(max_examples=80)
def test_decisions_follow_the_model(strategy: Any, kinds: list[Any], schedule: Any, limit: int, window: int) -> None:
    kinds_by_id = {f"c{n}": kind for n, kind in enumerate(kinds)}
    model = Model(strategy, dict(kinds_by_id), limit, window)
    members = tuple(Member(child, kind) for child, kind in kinds_by_id.items())
    decisions = Decisions(strategy, limit, window * SECOND, members=members)
    events = [f"+{member.id}" for member in members]
    now, alive = 0.0, True
    for index, reason, pause in schedule:
        now += round(pause, 3)
        child = f"c{index}"
        if not model.alive or child not in model.running:
            continue
        member = decisions.member(child)
        assert member is not None
        decisions, actions = restarts.ended(decisions, member, reason, round(now * SECOND))
        decisions, alive = play(decisions, actions, events)
        model.ended(child, reason, now)
        assert (model.events, model.alive) == (events, alive)
        if alive:
            assert model.running == {m.id for m in decisions.members if m.status == "running"}


OPERATIONS = st.lists(
    st.tuples(
        st.sampled_from(["end", "end", "end", "terminate", "restart", "wait"]),
        st.integers(0, 3),
        st.sampled_from(REASONS),
    ),
    min_size=1,
    max_size=12,
)


@given(
    st.sampled_from(STRATEGIES),
    st.lists(st.sampled_from(RESTARTS), min_size=1, max_size=4),
    OPERATIONS,
    st.integers(0, 3),
)
@settings(max_examples=30)
def test_a_tree_follows_the_model(strategy: Any, kinds: list[Any], operations: Any, limit: int) -> None:
    @virtual
    async def run(tree: Tree) -> None:
        ids = [f"c{n}" for n in range(len(kinds))]
        model = Model(strategy, dict(zip(ids, kinds, strict=True)), limit, 5.0)
        children = [tree.child(i, restart=kind) for i, kind in zip(ids, kinds, strict=True)]
        top = await tree.supervisor(*children, strategy=strategy, max_restarts=limit)
        for what, index, reason in operations:
            child = f"c{index}"
            if not model.alive or child not in model.restarts:
                continue
            await operate(tree, top, model, what, child, reason)
        seen = [("+" if event[0] == "init" else "-") + event[1] for event in tree.journal]
        assert (model.events, model.alive) == (seen, tree.alive(top))
        if model.alive:
            found = {i for i, ref in (await tree.children(top)).items() if ref is not None}
            assert model.running == found

    run()


async def operate(tree: Tree, top: Any, model: Model, what: str, child: str, reason: Any) -> None:
    """One operation on the tree and on the model."""
    import asyncio

    match what:
        case "wait":
            await asyncio.sleep(2.6)
        case "terminate":
            await tree.call(top, TerminateChild(child))
            model.stop([child])
            if model.restarts[child] == "temporary":
                del model.restarts[child]
        case "restart" if child not in model.running:
            await tree.call(top, RestartChild(child))
            model.running.add(child)
            model.events.append(f"+{child}")
        case "end" if child in model.running:
            if reason != "killed":
                model.events.append(f"-{child}")  # it ends itself, so its terminate runs
            await tree.end(await tree.ref(top, child), reason)
            model.ended(child, reason, tree.loop.now)


PLAN = st.lists(st.sampled_from(["ok", "stop", "crash", "ignore"]), min_size=1, max_size=6)


@given(st.sampled_from(STRATEGIES), st.lists(PLAN, min_size=1, max_size=3), st.integers(0, 5))
@settings(max_examples=30)
def test_whatever_fails_to_start_the_tree_settles(strategy: Any, plans: list[list[str]], limit: int) -> None:
    """No schedule of failing restarts leaves a supervisor that retries for ever, a child without a supervisor or a name."""
    steps = {"ok": None, "stop": Stop("no"), "crash": ValueError("boom"), "ignore": Ignore()}

    @virtual
    async def run(tree: Tree) -> None:
        children = [
            tree.child(f"c{n}", None, *(steps[step] for step in plan), name=f"n{n}") for n, plan in enumerate(plans)
        ]
        top = await tree.supervisor(*children, strategy=strategy, max_restarts=limit)
        for _ in range(3):
            for n in range(len(plans)):
                process = tree.core.names.get(f"n{n}")
                if process is not None:
                    await tree.end(process.ref, "odd")
                    await tree.settle()
        if tree.alive(top):
            refs = [ref for ref in (await tree.children(top)).values() if ref is not None]
            assert all(tree.alive(ref) for ref in refs)
            assert len(refs) + 1 == len(tree.core.processes)
            assert len(refs) == len(tree.core.names)
        else:
            assert {} == tree.core.processes == tree.core.names

    run()
