"""What a worker in a process of its own asks of its tree besides calls and messages: links, monitors, signals, timers and
names. Runs on the tree's loop, for one such worker; `api` asks, through the pipe.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from sandbox_kernel.supervision.refs import MonitorHandle, Ref
from sandbox_kernel.supervision.worker import ProcessDown

if TYPE_CHECKING:
    from sandbox_kernel.supervision.processes import ProcessWorkerProcess


class RemoteRequests:
    def __init__(self, process: ProcessWorkerProcess) -> None:
        self._process, self._core = process, process.core
        self._timers: dict[int, asyncio.TimerHandle] = {}

    def do(self, what: str, *args: Any) -> Any:
        """Whatever it raises goes to the asker."""
        return getattr(self, f"_{what}")(*args)

    def _link(self, target: Any) -> None:
        self._core.link(self._process, target)

    def _unlink(self, target: Any) -> None:
        self._process.unlink(self._core.find(target))

    def _trap_exit(self, flag: bool) -> None:
        self._process.trap_exit = flag

    def _exit(self, target: Any, reason: Any) -> None:
        found = self._core.find(target)
        if found is not None:
            found.signal(self._process, reason)

    def _whereis(self, name: Any) -> Ref | None:
        found = self._core.names.get(name)
        return None if found is None else found.ref

    def _monitor(self, target: Any) -> MonitorHandle:
        return self._core.monitor(target, self._process)

    def _demonitor(self, watch: MonitorHandle) -> None:
        for monitor in [m for m in self._process.watching or () if m == watch]:
            self._core.demonitor(monitor)
        self._process.drop(lambda payload: isinstance(payload, ProcessDown) and payload.monitor == watch)

    def _send_after(self, seconds: float, target: Any, message: Any) -> int:
        now = self._core.loop.time()
        self._timers = {number: timer for number, timer in self._timers.items() if timer.when() > now}
        number = self._core.new_ref("").incarnation
        self._timers[number] = self._core.loop.call_later(seconds, self._core.send, target, message)
        return number

    def _cancel(self, number: int) -> None:
        timer = self._timers.pop(number, None)
        if timer is not None:
            timer.cancel()
