"""A tree in a loop with a clock of its own, so that an hour passes at once, and a worker that does what a test tells it."""

from __future__ import annotations

import asyncio
import functools
import selectors
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

import pytest

from sandbox_kernel.errors import CallError, ChildError, StartError
from sandbox_kernel.supervision import api, sysops
from sandbox_kernel.supervision.core import Core
from sandbox_kernel.supervision.doorbell import Doorbell
from sandbox_kernel.supervision.events import Event
from sandbox_kernel.supervision.manage import WhichChildren
from sandbox_kernel.supervision.process import Process
from sandbox_kernel.supervision.reasons import Crashed
from sandbox_kernel.supervision.refs import Ref
from sandbox_kernel.supervision.spec import ChildSpec, Supervisor
from sandbox_kernel.supervision.system import System
from sandbox_kernel.supervision.worker import Exit, NoReply, Reply, Worker


class _Selector(Doorbell):
    """Instead of waiting it moves the clock."""

    clock: VirtualLoop

    def poll(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise AssertionError("everything waits for something that cannot come any more")
        self.clock.now += max(0.0, timeout)
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self.now = 1000.0
        self.doorbell = _Selector()
        self.doorbell.loop = self.doorbell.clock = self
        super().__init__(self.doorbell)

    def time(self) -> float:
        return self.now


class VirtualSystem(System):
    """A system whose loop the test itself runs."""

    def __init__(self, loop: VirtualLoop, events: list[Event]) -> None:
        super().__init__(name="virtual", events=events.append)
        self._core = Core(loop, loop.doorbell, self)


@dataclass
class State:
    value: Any = 0
    log: list[Any] = field(default_factory=list)


class Tree:
    """What tests do with a tree, on its own loop."""

    def __init__(self) -> None:
        self.loop = VirtualLoop()
        self.events: list[Event] = []
        self.journal: list[tuple[Any, ...]] = []
        self.system = VirtualSystem(self.loop, self.events)
        self.core = self.system.core
        self.dead: Any = None  # a process that a test keeps

    def run(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            self.loop.run_until_complete(work)
        finally:
            for process in list(self.core.processes.values()):
                process.signal(None, "kill")
            self.loop.run_until_complete(asyncio.sleep(0.01))
            self.loop.close()

    # ---- starting
    def child(self, child_id: str, *plan: Any, **options: Any) -> ChildSpec:
        """A child whose n-th start does what the n-th step of the plan says, the last one again and again."""
        trap = options.pop("trap", True)
        value = options.pop("value", 0)
        attempts = iter(range(len(plan) or 1, 0, -1))
        steps = list(plan) or [None]

        def step() -> Any:
            return steps[len(steps) - next(attempts, 1)]

        return ChildSpec(child_id, Actor, (self, child_id, step, trap, value), **options)

    async def start(self, spec: ChildSpec) -> Ref | None:
        return await self.system._start_root(spec)

    async def worker(self, name: str = "w", **options: Any) -> Ref:
        ref = await self.start(self.child(name, trap=options.pop("trap", False), **options))
        assert ref is not None
        return ref

    async def supervisor(self, *children: ChildSpec, name: str = "sup", **options: Any) -> Ref:
        ref = await self.start(ChildSpec(name, Supervisor(children, **options)))
        assert ref is not None
        return ref

    # ---- talking
    async def call(self, target: Any, request: Any, timeout_s: float | None = 5.0) -> Any:
        return await self.core.call(target, request, timeout_s)

    def asked(self, target: Any, request: Any, timeout_s: float | None = 5.0) -> asyncio.Task[Any]:
        """A call from a caller of its own."""
        return self.loop.create_task(self.core.call(target, request, timeout_s))

    async def value(self, target: Any) -> Any:
        return (await self.state(target)).value

    async def log(self, target: Any) -> list[Any]:
        return list((await self.state(target)).log)

    async def state(self, target: Any) -> State:
        state: State = await self.call(target, lambda actor, sender, state: Reply(state, state))
        return state

    async def operate(self, target: Any, operation: Callable[[Any], Any], timeout_s: float | None = 5.0) -> Any:
        return await self.core.operate(target, operation, timeout_s)

    async def suspend(self, target: Any, timeout_s: float | None = 5.0) -> None:
        await self.operate(target, sysops.suspend, timeout_s)

    async def resume(self, target: Any) -> None:
        await self.operate(target, sysops.resume)

    async def stop(self, target: Any, reason: Any = "normal", timeout_s: float | None = 5.0) -> None:
        await self.operate(target, sysops.Terminate(reason), timeout_s)

    async def end(self, target: Any, reason: Any) -> Any:
        """Have it end with exactly this reason, and wait."""
        process = self.process(target)
        if reason == "killed":
            self.core.exit(target, "kill")
        else:
            self.core.cast(target, lambda actor, state: fail(reason))
        found = await process.wait_end()
        await self.settle()
        return found

    # ---- looking
    def process(self, target: Any) -> Process:
        found = self.core.find(target)
        assert found is not None, f"there is no {target}"
        return found

    def alive(self, target: Any) -> bool:
        return self.core.find(target) is not None

    async def children(self, supervisor: Ref) -> dict[str | None, Any]:
        return {info.id: info.ref for info in await self.call(supervisor, WhichChildren())}

    async def ref(self, supervisor: Ref, child_id: str) -> Ref:
        found = (await self.children(supervisor))[child_id]
        assert isinstance(found, Ref), f"{child_id} is {found}"
        return found

    async def settle(self) -> None:
        """Until nothing can happen any more without time passing."""
        for _ in range(2000):  # of some trees it never comes
            await asyncio.sleep(0)
            if not self.loop._ready:  # type: ignore[attr-defined]  # asyncio has no public way to ask
                return

    def inits(self, child_id: str | None = None) -> list[str]:
        return [e[1] for e in self.journal if e[0] == "init" and child_id in (None, e[1])]

    def terminated(self) -> list[tuple[str, Any]]:
        return [(e[1], e[2]) for e in self.journal if e[0] == "terminate"]


class Actor(Worker):
    """Does what its messages say: each call is a function of (actor, sender, state), each cast one of (actor, state)."""

    def init(self, tree: Tree, name: str, step: Callable[[], Any], trap: bool, value: Any) -> Any:
        self.tree, self.name = tree, name
        tree.journal.append(("init", name))
        api.trap_exit(trap)
        todo = step()
        state = State(value)
        if isinstance(todo, BaseException):
            raise todo
        return state if todo is None else todo(state) if callable(todo) else todo

    def handle_call(self, request: Any, sender: Any, state: State) -> Any:
        return request(self, sender, state)

    def handle_cast(self, message: Any, state: State) -> Any:
        return message(self, state)

    def handle_info(self, message: Any, state: State) -> Any:
        if callable(message):
            return message(self, state)
        state.log.append(message)
        return NoReply(state)

    def handle_continue(self, arg: Any, state: State) -> Any:
        return arg(self, state) if callable(arg) else note(("continue", arg))(self, state)

    async def terminate(self, reason: Any, state: State) -> None:
        self.tree.journal.append(("terminate", self.name, reason))
        if callable(state.value):
            await state.value()


def fail(reason: Any) -> Any:
    raise Exit(reason)


def note(entry: Any) -> Callable[..., NoReply]:
    """A cast that writes into the log."""

    def do(actor: Actor, state: State) -> NoReply:
        state.log.append(entry)
        return NoReply(state)

    return do


def answer(value: Any) -> Callable[..., Reply]:
    return lambda actor, sender, state: Reply(value, state)


def boom(*args: Any) -> Any:
    raise ValueError("boom")


BOOM = Crashed("ValueError", "boom")


def sleep(seconds: float) -> Callable[..., Any]:
    """A call or cast that takes a while."""

    async def do(actor: Actor, *args: Any) -> Any:
        await asyncio.sleep(seconds)
        return Reply("slept", args[1]) if len(args) == 2 else NoReply(args[0])

    return do


def virtual(test: Callable[[Tree], Awaitable[None]]) -> Callable[[], None]:
    """Run the test on the loop of a tree of its own."""

    @functools.wraps(test)
    def run() -> None:
        tree = Tree()
        tree.run(test(tree))  # type: ignore[arg-type]  # every test is a coroutine function

    del run.__wrapped__  # pytest would take the tree for a fixture
    return run


async def refusal(request: Any) -> Any:
    """Why a request was refused."""
    with pytest.raises((ChildError, StartError, CallError)) as caught:
        await request
    return caught.value.reason


def journal(tree: Tree, begin: int = 0) -> list[str]:
    signs = {"init": "+", "terminate": "-"}
    return [signs[event[0]] + event[1] for event in tree.journal[begin:]]
