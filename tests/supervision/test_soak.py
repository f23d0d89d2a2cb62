"""A tree that is crashed, killed, suspended and reloaded at random: no message is lost, none comes twice, nothing is
left behind.

pytest -m soak tests/supervision/test_soak.py                                # 100,000 operations
SOAK_OPERATIONS=5000 pytest -m soak tests/supervision/test_soak.py
"""

from __future__ import annotations

import asyncio
import gc
import os
import random
import sys
import threading
from collections import Counter
from typing import Any

import pytest

from sandbox_kernel.errors import CallError, CallTimeout, MigrationError
from sandbox_kernel.supervision.manage import StartChild
from sandbox_kernel.supervision.spec import ChildSpec, Supervisor
from sandbox_kernel.supervision.system import System
from sandbox_kernel.supervision.worker import Exit, NoReply, Reply, Stop, Worker

OPERATIONS = int(os.environ.get("SOAK_OPERATIONS", "100000"))
STEADY, FRAIL = 6, 6


class Steady(Worker):
    """Never crashes. Its state is (version, next number expected); a message out of order would be a lost one."""

    def init(self, journal: list[str]) -> Any:
        self.journal = journal
        return ("1", 0)

    def handle_call(self, request: Any, sender: Any, state: Any) -> Any:
        return self.reply_later(request, state) if request == "slowly" else Reply(state, state)

    async def reply_later(self, request: Any, state: Any) -> Reply:
        await asyncio.sleep(0)
        return Reply(state, state)

    def handle_cast(self, number: int, state: Any) -> NoReply:
        version, expected = state
        if number != expected:
            self.journal.append(f"got {number} instead of {expected}")
        return NoReply((version, number + 1))

    def code_change(self, old_version: Any, state: Any, extra: Any) -> Any:
        if extra == "fail":
            raise ValueError("this migration fails")
        return (str(int(old_version) + 1), state[1])


class Frail(Worker):
    """Ends in every way there is."""

    def init(self) -> int:
        return 0

    def handle_call(self, request: Any, sender: Any, state: int) -> Any:
        return Reply(state, state)

    def handle_cast(self, how: str, state: int) -> Any:
        match how:
            case "raise":
                raise ValueError(how)
            case "exit":
                raise Exit(how)
            case "stop":
                return Stop(how, state)
            case "return":
                return None
            case "later":
                return self.crash_later()
        return NoReply(state + 1)

    async def crash_later(self) -> Any:
        await asyncio.sleep(0)
        raise KeyboardInterrupt


class Callers:
    """Threads that call all the time: every call gets an answer, or is told why not."""

    def __init__(self, system: System) -> None:
        self.system = system
        self.outcomes: Counter[str] = Counter()
        self.over = threading.Event()
        self.threads = [threading.Thread(target=self.work, args=(seed,)) for seed in range(2)]

    def work(self, seed: int) -> None:
        chance = random.Random(seed)
        while not self.over.is_set():
            kind, count = chance.choice((("steady", STEADY), ("frail", FRAIL)))
            target = f"{kind}{chance.randrange(count)}"
            try:
                self.system.call(target, chance.choice(("state", "slowly")), 60.0)
                self.outcomes[f"{kind} answered"] += 1
            except CallTimeout:
                self.outcomes[f"{kind} timed out"] += 1
            except CallError:
                self.outcomes[f"{kind} refused"] += 1


class Soak:
    def __init__(self, system: System, seed: int) -> None:
        self.system, self.chance = system, random.Random(seed)
        self.journal: list[str] = []
        self.sent = [0] * STEADY
        self.version = 1
        self.done: Counter[str] = Counter()
        steady = [ChildSpec(f"steady{n}", Steady, (self.journal,), name=f"steady{n}") for n in range(STEADY)]
        frail = [ChildSpec(f"frail{n}", Frail, name=f"frail{n}") for n in range(FRAIL)]
        groups = Supervisor(frail, "rest_for_one", max_restarts=10**9)
        pool = Supervisor((), "dynamic", max_restarts=10**9, name="pool")
        system.start_supervisor(Supervisor([*steady, ChildSpec("frail", groups), ChildSpec("pool", pool)]))
        for _ in range(4):
            system.call("pool", StartChild(ChildSpec("pooled", Frail)), None)

    def step(self) -> None:
        for _ in range(3):
            self.send()
        operation = self.chance.choices((self.crash, self.kill, self.suspend, self.reload), (6, 2, 1, 1))[0]
        operation()
        self.done[operation.__name__] += 1

    def send(self) -> None:
        index = self.chance.randrange(STEADY)
        self.system.cast(f"steady{index}", self.sent[index])
        self.sent[index] += 1

    def crash(self) -> None:
        how = self.chance.choice(("raise", "exit", "stop", "return", "later"))
        self.system.cast(self.victim(), how)

    def kill(self) -> None:
        self.system.exit(self.victim(), "kill")

    def victim(self) -> Any:
        if self.chance.random() < 0.7:
            return f"frail{self.chance.randrange(FRAIL)}"
        pooled = [child.ref for child in self.system.which_children("pool") if child.ref not in (None, "restarting")]
        return self.chance.choice(pooled or ["nobody"])

    def suspend(self) -> None:
        target = f"steady{self.chance.randrange(STEADY)}"
        self.system.suspend(target)
        self.send()
        self.system.resume(target)

    def reload(self) -> None:
        names = [f"steady{n}" for n in range(STEADY)]
        fails = self.chance.random() < 0.3
        try:
            with self.system.suspended(names) as group:
                self.send()
                group.change_code(str(self.version), "fail" if fails else None)
                self.version += 1
        except MigrationError:
            assert fails

    def settled(self) -> dict[str, Any]:
        """What is there once all is quiet; the same before and after, whatever happened between."""
        for name in (f"steady{n}" for n in range(STEADY)):
            self.system.call(name, "state", 60.0)
        core = self.system.core
        self.system.which_children("pool")
        gc.collect()
        tasks = self.system.run(_tasks())
        return {
            "processes": len(core.processes),
            "names": len(core.names),
            "working": len(core.working),
            "tasks": tasks,
            "links": sum(len(process.links) for process in list(core.processes.values())),
        }


async def _tasks() -> int:
    for _ in range(200):
        await asyncio.sleep(0)
    return len(asyncio.all_tasks())


@pytest.mark.soak
def test_a_long_life_loses_no_message_and_leaves_nothing_behind(capsys: Any) -> None:
    with System(name="soak") as system:
        soak = Soak(system, seed=7)
        callers = Callers(system)
        for thread in callers.threads:
            thread.start()
        warm_up = OPERATIONS // 10
        for _ in range(warm_up):
            soak.step()
        before, blocks = soak.settled(), sys.getallocatedblocks()
        for _ in range(OPERATIONS - warm_up):
            soak.step()
        callers.over.set()
        for thread in callers.threads:
            thread.join()
        after, more = soak.settled(), sys.getallocatedblocks() - blocks
        states = [system.call(f"steady{n}", "state") for n in range(STEADY)]
        with capsys.disabled():
            print(f"\n{dict(soak.done)}; {dict(callers.outcomes)}; {more:+} blocks of memory")  # noqa: T201 - a report
    assert [] == soak.journal
    assert [(str(soak.version), count) for count in soak.sent] == states
    assert before == after
    assert more < 20_000, "memory grew with the number of operations"
    assert {"frail answered", "frail refused", "steady answered"} == set(callers.outcomes)


class Stuck(Worker):
    """Keeps the loop, in ways that an exception from outside can end."""

    def handle_call(self, how: str, sender: Any, state: Any) -> Any:
        numbers = []
        while True:
            numbers.append(len(numbers))
            if how == "swallow":
                try:
                    sum(numbers[-5:])
                except BaseException:
                    how = "spin"
            if len(numbers) > 1000:
                numbers.clear()


@pytest.mark.soak
def test_the_watchdog_ends_the_handler_and_never_the_loop() -> None:
    with System(name="stuck", warn_s=0.02, end_s=0.06) as system:
        top = system.start_supervisor(Supervisor([ChildSpec("stuck", Stuck, name="stuck")], max_restarts=10**9))
        system.start_worker(Frail, name="neighbour")
        for number in range(100):
            with pytest.raises(CallError) as caught:
                system.call("stuck", ("spin", "swallow")[number % 2], 60.0)
            assert caught.value.reason[0] == "blocked"  # type: ignore[index]  # it is a tuple then
            assert 0 == system.call("neighbour", "state", 60.0)
            system.which_children(top)  # answered after the restart
