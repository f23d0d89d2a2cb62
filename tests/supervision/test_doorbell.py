"""Requests from other threads: in order, none lost, none waiting for ever, whatever the loop is doing."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest

from sandbox_kernel.errors import CallError, StartError
from sandbox_kernel.supervision.system import System
from sandbox_kernel.supervision.worker import NoReply, Reply, Worker


class Register(Worker):
    def init(self) -> list[Any]:
        return []

    def handle_call(self, request: Any, sender: Any, seen: list[Any]) -> Reply:
        return Reply(list(seen), seen)

    def handle_cast(self, message: Any, seen: list[Any]) -> NoReply:
        seen.append(message)
        return NoReply(seen)


class Echo(Worker):
    def init(self) -> None:
        return None

    def handle_call(self, request: Any, sender: Any, state: None) -> Reply:
        return Reply(request, state)


def in_threads(count: int, work: Any) -> None:
    threads = [threading.Thread(target=work, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert [] == [thread for thread in threads if thread.is_alive()]


def test_what_one_thread_sends_arrives_in_order() -> None:
    with System(name="order") as system:
        system.start_worker(Register, name="register")

        def send(sender: int) -> None:
            for number in range(300):
                system.cast("register", (sender, number))
                if number % 50 == 0:
                    system.call("register", "seen")

        in_threads(4, send)
        seen = system.call("register", "seen")
    assert [list(range(300))] * 4 == [[number for who, number in seen if who == sender] for sender in range(4)]


def test_every_caller_gets_its_own_answer() -> None:
    wrong: list[Any] = []
    with System(name="answers") as system:
        system.start_worker(Echo, name="echo")

        def call(caller: int) -> None:
            for number in range(200):
                answer = system.call("echo", (caller, number))
                if answer != (caller, number):
                    wrong.append(answer)

        in_threads(4, call)
    assert [] == wrong


def test_calls_come_through_while_a_socket_is_watched() -> None:
    """The loop does not wait at the queue then, so that the socket is not kept waiting."""

    async def serve() -> asyncio.Server:
        return await asyncio.start_server(lambda reader, writer: writer.close(), "127.0.0.1", 0)

    async def end(server: asyncio.Server) -> None:
        server.close()
        await server.wait_closed()

    with System(name="socket") as system:
        system.start_worker(Echo, name="echo")
        server = system.run(serve())
        assert list(range(50)) == [system.call("echo", number) for number in range(50)]
        system.run(end(server))


def test_who_comes_after_the_end_is_told_so() -> None:
    system = System(name="over").start()
    core = system.core
    system.stop()
    with pytest.raises(CallError) as caught:
        core.post(list)
    assert "the supervision system has been stopped; start() it again" == str(caught.value)


def test_nobody_waits_for_ever_when_the_system_stops() -> None:
    """Also not who asks in that very moment."""
    outcomes: list[str] = []
    for _ in range(10):
        system = System(name="ending").start()
        system.start_worker(Echo, name="echo")
        begun = threading.Barrier(3)

        def ask(number: int, system: System = system, begun: threading.Barrier = begun) -> None:
            begun.wait(10)
            try:
                while True:
                    system.call("echo", number, None)
            except CallError as error:
                outcomes.append(str(error.reason))

        def end(system: System = system, begun: threading.Barrier = begun) -> None:
            begun.wait(10)
            system.stop()

        stopper = threading.Thread(target=end)
        stopper.start()
        in_threads(2, ask)
        stopper.join(10)
    assert 20 == len(outcomes)
    assert set(outcomes) <= {"shutdown", "noproc", "killed"}


def test_a_request_that_fails_harms_no_other() -> None:
    told = threading.Event()
    with System(name="fails") as system:
        system.start_worker(Echo, name="echo")
        system.core.loop.set_exception_handler(lambda loop, context: told.set())
        system.core.post(lambda: 1 / 0)
        assert "here" == system.call("echo", "here")
        assert told.is_set()


@pytest.mark.parametrize("refused", ["supervision-full", "supervision-watchdog"])
def test_a_system_that_gets_no_thread_says_so_and_can_be_started_later(
    refused: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in a sandbox that has as many threads as it may have."""
    start = threading.Thread.start

    def at_the_limit(thread: threading.Thread) -> None:
        if thread.name == refused:
            raise RuntimeError("can't start new thread")
        start(thread)

    system = System(name="full")
    with monkeypatch.context() as full:
        full.setattr(threading.Thread, "start", at_the_limit)
        with pytest.raises(
            StartError, match=r"'full' could not start .can't start new thread.; end threads or processes"
        ):
            system.start()
    assert not system.running
    with system:
        system.start_worker(Echo, name="echo")
        assert "there" == system.call("echo", "there")
