"""Calls per second, start of many workers and memory of each: this package, its peers, and a bare pair of asyncio
queues.

    uv run --python 3.13 --with triotp --with pykka --with . benchmarks/supervision.py

All are measured in one run of one process, one after the other, several rounds of each in turn, and the best round
counts: noise of the machine only ever slows down. Peers that are not installed are left out (triotp needs Python 3.13).
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import importlib.util
import platform
import time
import tracemalloc
from collections.abc import Callable, Coroutine
from typing import Any

from sandbox_kernel.supervision.manage import StartChild
from sandbox_kernel.supervision.spec import ChildSpec, Supervisor
from sandbox_kernel.supervision.system import System
from sandbox_kernel.supervision.worker import NoReply, Reply, Worker

ROUNDS = 5


class Counter(Worker):
    def handle_call(self, request: Any, sender: Any, count: int) -> Reply:
        return Reply(count + 1, count + 1)

    def handle_cast(self, message: Any, count: int) -> NoReply:
        return NoReply(count + 1)


class AsyncCounter(Worker):
    async def handle_call(self, request: Any, sender: Any, count: int) -> Reply:
        return Reply(count + 1, count + 1)


def rate(count: int, began: float) -> float:
    return count / (time.perf_counter() - began)


# ---- a bare pair of queues: the least that one task asking another costs
def bare_calls(count: int) -> float:
    async def serve(requests: asyncio.Queue[Any], replies: asyncio.Queue[Any]) -> None:
        total = 0
        while await requests.get() is not None:
            total += 1
            await replies.put(total)

    async def main() -> float:
        requests: asyncio.Queue[Any] = asyncio.Queue()
        replies: asyncio.Queue[Any] = asyncio.Queue()
        server = asyncio.create_task(serve(requests, replies))
        began = time.perf_counter()
        for _ in range(count):
            await requests.put("next")
            await replies.get()
        found = rate(count, began)
        await requests.put(None)
        await server
        return found

    return asyncio.run(main())


def bare_starts(count: int) -> float:
    async def serve(requests: asyncio.Queue[Any], started: asyncio.Queue[Any]) -> None:
        started.put_nowait(None)
        await requests.get()

    async def main() -> float:
        began = time.perf_counter()
        queues: list[asyncio.Queue[Any]] = []
        started: asyncio.Queue[Any] = asyncio.Queue()
        tasks = []
        for _ in range(count):
            queues.append(asyncio.Queue())
            tasks.append(asyncio.create_task(serve(queues[-1], started)))
            await started.get()
        seconds = time.perf_counter() - began
        for queue in queues:
            queue.put_nowait(None)
        await asyncio.gather(*tasks)
        return seconds

    return asyncio.run(main())


# ---- this package
def ours(work: Callable[[System], Any]) -> Any:
    with System(name="benchmark") as system:
        return work(system)


def our_calls(worker: type[Worker]) -> Callable[[int], float]:
    """From async code on the tree's loop, as one worker calls another."""

    def measure(count: int) -> float:
        def work(system: System) -> float:
            target = system.start_worker(worker, 0)

            async def main() -> float:
                began = time.perf_counter()
                for _ in range(count):
                    await system.acall(target, "next")
                return rate(count, began)

            found: float = system.run(main())
            return found

        return float(ours(work))

    return measure


def our_thread_calls(count: int) -> float:
    """From plain code in another thread, as a cell does."""

    def work(system: System) -> float:
        target = system.start_worker(Counter, 0)
        began = time.perf_counter()
        for _ in range(count):
            system.call(target, "next")
        return rate(count, began)

    return float(ours(work))


def our_casts(count: int) -> float:
    def work(system: System) -> float:
        target = system.start_worker(Counter, 0)
        began = time.perf_counter()
        for _ in range(count):
            system.cast(target, "next")
        system.call(target, "next", None)
        return rate(count, began)

    return float(ours(work))


def our_starts(count: int) -> float:
    """Under a supervisor, one after the other."""

    def work(system: System) -> float:
        specs = [ChildSpec(str(number), Counter, (0,)) for number in range(count)]
        tree = Supervisor(specs)
        began = time.perf_counter()
        system.start_supervisor(tree)
        return time.perf_counter() - began

    return float(ours(work))


def our_dynamic_starts(count: int) -> float:
    """On demand: each one a request to a dynamic supervisor, answered when its init has run."""

    def work(system: System) -> float:
        supervisor = system.start_supervisor(Supervisor(strategy="dynamic"))

        async def main() -> float:
            began = time.perf_counter()
            for number in range(count):
                await system.acall(supervisor, StartChild(ChildSpec(str(number), Counter, (0,))), None)
            return time.perf_counter() - began

        seconds: float = system.run(main())
        return seconds

    return float(ours(work))


def our_bytes(count: int) -> float:
    def work(system: System) -> float:
        specs = [ChildSpec(str(number), Counter, (0,)) for number in range(count)]
        gc.collect()
        tracemalloc.start()
        before = tracemalloc.get_traced_memory()[0]
        system.start_supervisor(Supervisor(specs))
        gc.collect()
        used = tracemalloc.get_traced_memory()[0] - before
        tracemalloc.stop()
        return used / count

    return float(ours(work))


# ---- peers
def pykka_peer() -> dict[str, Callable[[int], float]]:
    import pykka

    class Actor(pykka.ThreadingActor):  # type: ignore[misc]  # pykka is not installed where mypy runs
        count = 0

        def on_receive(self, message: Any) -> int:
            self.count += 1
            return self.count

    def calls(count: int) -> float:
        actor = Actor.start()
        began = time.perf_counter()
        for _ in range(count):
            actor.ask("next")
        found = rate(count, began)
        actor.stop()
        return found

    def starts(count: int) -> float:
        began = time.perf_counter()
        for _ in range(count):
            Actor.start()
        seconds = time.perf_counter() - began
        pykka.ActorRegistry.stop_all()
        return seconds

    return {"calls": calls, "starts": starts}


def triotp_peer() -> dict[str, Callable[[int], float]]:
    import trio
    from triotp import gen_server, mailbox

    class Server:
        __name__ = "benchmark_server"

        async def init(self, started: Any) -> int:
            if started is not None:
                started.send_nowait(None)
            return 0

        async def handle_call(self, request: Any, source: Any, count: int) -> Any:
            return gen_server.Reply(count + 1), count + 1

    def run(main: Callable[[trio.Nursery], Coroutine[Any, Any, float]]) -> float:
        async def outer() -> float:
            mailbox._init()
            async with trio.open_nursery() as nursery:
                found = await main(nursery)
                nursery.cancel_scope.cancel()
            return found

        return float(trio.run(outer))

    def calls(count: int) -> float:
        async def main(nursery: trio.Nursery) -> float:
            send, receive = trio.open_memory_channel[None](1)
            nursery.start_soon(gen_server.start, Server(), send, "counter")
            await receive.receive()
            began = time.perf_counter()
            for _ in range(count):
                await gen_server.call("counter", "next")
            return rate(count, began)

        return run(main)

    def starts(count: int) -> float:
        async def main(nursery: trio.Nursery) -> float:
            send, receive = trio.open_memory_channel[None](1)
            began = time.perf_counter()
            for number in range(count):
                nursery.start_soon(gen_server.start, Server(), send, f"counter{number}")
                await receive.receive()
            return time.perf_counter() - began

        return run(main)

    return {"calls": calls, "starts": starts}


def installed(name: str) -> bool:
    return importlib.util.find_spec(name) is not None


Contest = dict[str, Callable[[int], float]]


def contestants() -> tuple[Contest, Contest]:
    """Of calls, each giving calls a second, and of starts, each giving seconds; peers as far as they are installed."""
    calls: Contest = {
        "bare asyncio queues": bare_calls,
        "ours, plain handler": our_calls(Counter),
        "ours, async handler": our_calls(AsyncCounter),
        "ours, from another thread": our_thread_calls,
        "ours, casts from another thread": our_casts,
    }
    starts: Contest = {
        "bare asyncio queues": bare_starts,
        "ours, one supervisor": our_starts,
        "ours, dynamic supervisor": our_dynamic_starts,
    }
    for name, peer in (("pykka", pykka_peer), ("triotp", triotp_peer)):
        if installed(name):
            found = peer()
            calls[name], starts[name] = found["calls"], found["starts"]
    return calls, starts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--calls", type=int, default=20_000)
    parser.add_argument("--workers", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    options = parser.parse_args()
    report(*contestants(), options)


def report(calls: Contest, starts: Contest, options: argparse.Namespace) -> None:
    rates = {name: max(found) for name, found in rounds(calls, options.calls, options.rounds).items()}
    seconds = {name: min(found) for name, found in rounds(starts, options.workers, options.rounds).items()}
    bare = rates["bare asyncio queues"]
    lines = [f"Python {platform.python_version()}, {platform.machine()}, best of {options.rounds} rounds", ""]
    lines += [f"| {options.calls} calls | per second | of the bare queues |", "|---|---:|---:|"]
    lines += [f"| {name} | {value:,.0f} | {value / bare:.2f} |" for name, value in rates.items()]
    lines += ["", f"| start of {options.workers} workers | seconds |", "|---|---:|"]
    lines += [f"| {name} | {value:.3f} |" for name, value in seconds.items()]
    lines += ["", f"Memory of an idle worker under a supervisor: {our_bytes(options.workers):,.0f} bytes."]
    print("\n".join(lines))  # noqa: T201 - a report for people


def rounds(measures: Contest, count: int, times: int) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {name: [] for name in measures}
    for _ in range(times):
        for name, measure in measures.items():
            found[name].append(measure(count))
    return found


if __name__ == "__main__":
    main()
