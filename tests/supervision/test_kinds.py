"""Workers in threads and in processes of their own (SUPERVISION D2, D6)."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox_kernel.errors import CallError, MigrationError, StartError
from sandbox_kernel.supervision import api
from sandbox_kernel.supervision.spec import ChildSpec, Supervisor
from sandbox_kernel.supervision.system import System
from sandbox_kernel.supervision.worker import Down, NoReply, Reply, Worker

pytestmark = pytest.mark.process


class Blocking(Worker):
    kind = "thread"

    def init(self, gate: threading.Event) -> threading.Event:
        return gate

    def handle_call(self, request: Any, sender: Any, gate: threading.Event) -> Any:
        match request:
            case "thread":
                return Reply(threading.current_thread().name, gate)
            case "wait":
                gate.wait()
                return Reply("waited", gate)
            case "ask":
                return Reply(api.call("echo", "hello"), gate)
            case "self":
                return Reply(api.call(api.this(), "thread"), gate)
            case "early":
                api.reply(sender, "early")
                return NoReply(gate)
            case "async":
                return self.later(gate)
        raise ValueError("boom")

    async def later(self, gate: threading.Event) -> Reply:
        return Reply("awaited", gate)


class Echo(Worker):
    def handle_call(self, request: Any, sender: Any, state: Any) -> Reply:
        return Reply(request, state)


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    event = threading.Event()
    yield event
    event.set()


def test_a_thread_worker_that_blocks_harms_nobody_else(system: System, gate: threading.Event) -> None:
    slow, echo = system.start_worker(Blocking, gate, name="slow"), system.start_worker(Echo, name="echo")
    waiting = threading.Thread(target=system.call, args=(slow, "wait", None))
    waiting.start()
    assert "hello" == system.call(echo, "hello")
    gate.set()
    waiting.join()
    assert ["worker-slow", "hello", "early", "awaited"] == [
        system.call(slow, request) for request in ("thread", "ask", "early", "async")
    ]


@pytest.mark.parametrize(("request_", "text"), [("boom", "ValueError: boom"), ("self", "called itself")])
def test_a_thread_worker_crashes_like_any_other(
    system: System, gate: threading.Event, request_: str, text: str
) -> None:
    slow = system.start_worker(Blocking, gate)
    with pytest.raises(CallError, match=text):
        system.call(slow, request_)
    assert not system.alive(slow)


def test_a_killed_thread_worker_is_dead_at_once_and_its_thread_a_zombie(system: System, gate: threading.Event) -> None:
    slow = system.start_worker(Blocking, gate, name="slow")
    assert slow is not None
    system.cast("nobody", None)
    answers: list[Any] = []

    def ask() -> None:
        try:
            system.call(slow, "wait", None)
        except CallError as error:
            answers.append(error.reason)

    asking = threading.Thread(target=ask)
    asking.start()
    while not system.core.working:
        pass
    system.exit(slow, "kill")
    asking.join()
    assert ["killed", None, (f"slow#{slow.incarnation}",)] == [*answers, system.whereis("slow"), system.tree().zombies]


# ---- processes
SOURCE = """
import os
from sandbox_kernel.supervision import api
from sandbox_kernel.supervision.worker import NoReply, Reply, Stop, Worker

SEEN = []

class Heavy(Worker):
    kind = "process"

    def handle_info(self, message, state):
        SEEN.append(message)
        return NoReply(state)

    def handle_call(self, request, sender, state):
        match request:
            case "pid":
                return Reply(os.getpid(), state)
            case "session":
                return Reply(os.getsid(0), state)
            case "ask":
                return Reply(api.call("echo", [state]), state)
            case "print":
                print("from afar")
                return Reply(None, state)
            case "die":
                os._exit(3)
            case "add":
                return Reply(state + 1, state + 1)
            case ("do", what, *args):
                return Reply(getattr(api, what)(*args), state)
            case "seen":
                return Reply(SEEN, state)
            case "watch and forget":
                api.demonitor(api.monitor("echo"))
                api.send_after(60, api.this(), "late").cancel()
                api.send_after(0, "h", "from the timer")
                return Reply(None, state)
        raise ValueError("boom")

    def code_change(self, old, state, extra):
        if extra == "fail":
            raise ValueError("no")
        return (old, state)
"""


@pytest.fixture
def heavy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    (tmp_path / "heavy_worker.py").write_text(SOURCE)
    monkeypatch.syspath_prepend(str(tmp_path))
    import heavy_worker  # type: ignore[import-not-found]  # it is written just now

    yield heavy_worker.Heavy
    del sys.modules["heavy_worker"]


def test_a_process_worker(system: System, heavy: Any) -> None:
    system.start_worker(Echo, name="echo")
    top = system.start_supervisor(Supervisor([ChildSpec("h", heavy, (7,), name="h")]))
    pid = system.call("h", "pid")
    assert pid == system.call("h", "session") != os.getpid()
    assert [8, [8], None] == [system.call("h", request) for request in ("add", "ask", "print")]
    assert "from afar\n" == system.output_of("h")
    assert 8 == system.get_state("h")
    with pytest.raises(CallError, match="its process ended with status 3"):
        system.call("h", "die")
    system.which_children(top)  # answered after the restart
    assert pid != system.call("h", "pid")
    assert 7 == system.get_state("h")


def test_a_process_worker_links_watches_and_signals_like_any_other(system: System, heavy: Any) -> None:
    system.start_worker(heavy, 7, name="h")

    def do(what: str, *args: Any) -> Any:
        return system.call("h", ("do", what, *args))

    assert [system.whereis("h")] * 2 == [do("whereis", "h"), do("this")]
    do("trap_exit", True)
    echo = system.start_worker(Echo, name="echo")
    do("link", "echo")
    watch = do("monitor", "echo")
    system.call("h", "watch and forget")
    do("exit", "echo", "odd")
    down, exit_message = [m for m in _seen(system, 3) if m != "from the timer"]
    assert [echo, "odd"] == [exit_message.ref, exit_message.reason]
    assert [watch, echo, "odd"] == [down.monitor, down.ref, down.reason]
    with pytest.raises(CallError, match="there is no worker 'nobody'"):
        (do("trap_exit", False), do("link", "nobody"))


def _seen(system: System, count: int) -> list[Any]:
    while len(seen := system.call("h", "seen")) < count:
        pass
    return list(seen)


def test_a_process_worker_dies_with_what_it_is_linked_to(system: System, heavy: Any) -> None:
    system.start_worker(heavy, 7, name="h")
    system.start_worker(Echo, name="echo")
    system.call("h", ("do", "link", "echo"))
    monitor = system.monitor("h")
    system.exit("echo", "odd")
    assert "odd" == monitor.wait(10)


def test_a_process_worker_is_migrated_and_brought_back(system: System, heavy: Any) -> None:
    system.start_worker(heavy, 7, name="h")
    with pytest.raises(MigrationError, match="'h' could not be migrated"), system.suspended(["h"]) as group:
        group.change_code(1, "fail")
    assert 7 == system.get_state("h")
    with system.suspended(["h"]) as group:
        group.change_code(Down(1))
        group.restore()
    assert 7 == system.get_state("h")
    with system.suspended(["h"]) as group:
        group.change_code(2)
    assert (2, 7) == system.get_state("h")


def test_a_process_worker_imports_the_live_sources(heavy: Any) -> None:
    live = SOURCE.replace("state + 1, state + 1", "state + 100, state + 100")
    with System(sources=lambda: {"heavy_worker": live}) as system:
        assert 107 == system.call(system.start_worker(heavy, 7), "add")


def test_a_process_worker_must_stand_in_a_module(system: System) -> None:
    class Local(Worker):
        kind = "process"

    with pytest.raises(StartError, match="must stand in a module"):
        system.start_worker(Local)
