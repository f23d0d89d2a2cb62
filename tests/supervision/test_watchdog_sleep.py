"""The watchdog sleeps while nothing runs and is there again when something does."""

from __future__ import annotations

import threading
import time
from typing import Any

from sandbox_kernel.supervision import watchdog
from sandbox_kernel.supervision.events import WorkerBlocked
from sandbox_kernel.supervision.spec import ChildSpec, Supervisor
from sandbox_kernel.supervision.system import System
from sandbox_kernel.supervision.worker import Reply, Worker


class Sleeper(Worker):
    def init(self) -> int:
        return 0

    def handle_call(self, request: float, sender: Any, state: int) -> Reply:  # Any: as Worker has it
        time.sleep(request)
        return Reply("slept", state)


def test_a_handler_that_blocks_after_a_quiet_while_is_reported(monkeypatch: Any) -> None:
    monkeypatch.setattr(watchdog, "QUIET_LOOKS", 1)
    blocked, asleep = threading.Event(), threading.Event()

    def note(event: object) -> None:
        if isinstance(event, WorkerBlocked):
            blocked.set()

    sleep = watchdog.Watchdog._sleep_until_work

    def sleep_noted(self: watchdog.Watchdog) -> None:
        asleep.set()
        sleep(self)

    monkeypatch.setattr(watchdog.Watchdog, "_sleep_until_work", sleep_noted)
    system = System(name="test", events=note, warn_s=0.1).start()
    try:
        system.start_supervisor(Supervisor([ChildSpec("s", Sleeper, name="s")]))
        assert asleep.wait(10)
        assert "slept" == system.call("s", 0.4, timeout_s=10)
        assert blocked.wait(10)
    finally:
        system.stop()
