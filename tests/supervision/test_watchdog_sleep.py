"""The watchdog sleeps while nothing runs and is there again when something does."""

from __future__ import annotations

import threading
from typing import Any

from sandbox_kernel.supervision import watchdog
from sandbox_kernel.supervision.events import WorkerBlocked
from sandbox_kernel.supervision.spec import ChildSpec, Supervisor
from sandbox_kernel.supervision.system import System
from sandbox_kernel.supervision.worker import Reply, Worker


class Blocker(Worker):
    """Keeps the loop until the event it was given is set."""

    def init(self, until: threading.Event) -> threading.Event:
        return until

    def handle_call(self, request: float, sender: Any, state: threading.Event) -> Reply:  # Any: as Worker has it
        return Reply(state.wait(request), state)


def test_a_handler_that_blocks_after_a_quiet_while_is_reported(monkeypatch: Any) -> None:
    monkeypatch.setattr(watchdog, "QUIET_LOOKS", 1)
    reported, asleep = threading.Event(), threading.Event()

    def note(event: object) -> None:
        if isinstance(event, WorkerBlocked):
            reported.set()

    sleep = watchdog.Watchdog._sleep_until_work

    def sleep_noted(self: watchdog.Watchdog) -> None:
        asleep.set()
        sleep(self)

    monkeypatch.setattr(watchdog.Watchdog, "_sleep_until_work", sleep_noted)
    system = System(name="test", events=note, warn_s=0.1).start()
    try:
        system.start_supervisor(Supervisor([ChildSpec("b", Blocker, args=(reported,), name="b")]))
        assert asleep.wait(10)
        assert system.call("b", 10.0, timeout_s=20)
    finally:
        system.stop()
