"""Sees from a thread of its own that a handler keeps the loop, says whose it is, and ends it after a while.

The end is an exception raised in the loop's thread from outside. Sent at any moment it kills the loop (measured: 181 of
200 times); so it is sent only while a handler is inside, and whoever leaves a handler while the watchdog aims waits
until it has fired or not, so that nothing is left pending. What holds the interpreter lock, or waits in the operating
system, cannot be ended by anything in the process; the host watches for that.
"""

from __future__ import annotations

import ctypes
import sys
import threading
import time
import traceback
from collections.abc import Callable
from typing import TYPE_CHECKING

from sandbox_kernel.supervision.events import WorkerBlocked
from sandbox_kernel.supervision.reasons import Blocked, is_machinery
from sandbox_kernel.supervision.reports import message_parts
from sandbox_kernel.supervision.server import WorkerProcess

if TYPE_CHECKING:
    from sandbox_kernel.supervision.core import Core
    from sandbox_kernel.supervision.process import Process

QUIET_LOOKS = 20


class Watchdog:
    def __init__(
        self,
        core: Core,
        *,
        warn_s: float,
        end_s: float,
        tick_s: float = 0.05,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._core, self._warn_s, self._end_s, self._tick_s, self._clock = core, warn_s, end_s, tick_s, clock
        self._gate = threading.Lock()
        self._stopped = threading.Event()
        self._work = threading.Event()
        self._turn = -1
        self._since = 0.0
        self._warned = False
        self._fire_at = end_s
        core.absorb = self._absorb

    def start(self) -> None:
        threading.Thread(target=self._watch, name="supervision-watchdog", daemon=True).start()

    def stop(self) -> None:
        self._stopped.set()
        self._work.set()

    def _watch(self) -> None:
        quiet = 0
        while not self._stopped.wait(self._tick_s):
            before = self._turn
            self.look()
            quiet = quiet + 1 if self._core.inside is None and self._turn == before else 0
            if quiet >= QUIET_LOOKS:
                self._sleep_until_work()
                quiet = 0

    def _sleep_until_work(self) -> None:
        """Looking twenty times a second costs an idle kernel a thousandth of a processor, two hundred of them a fifth."""
        core, turn = self._core, self._core.turn
        self._work.clear()
        core.rouse = self._work.set
        if core.turn == turn and not self._stopped.is_set():
            self._work.wait()
        core.rouse = None

    def look(self) -> None:
        """One look: is the same handler inside as at the last one?"""
        core, now = self._core, self._clock()
        process, turn = core.inside, core.turn
        if process is None or turn != self._turn:
            self._turn, self._since, self._warned, self._fire_at = turn, now, False, self._end_s
            core.blocked = None
            return
        seconds = now - self._since
        if seconds >= self._warn_s and not self._warned:
            self._warned = True
            core.blocked = process
            self._tell(process, seconds, ended=False)
        if seconds >= self._fire_at:
            self._fire_at = seconds + self._end_s  # a handler that swallows it is shot at again
            if self._end(process, turn, seconds):
                self._tell(process, seconds, ended=True)

    def _tell(self, process: Process, seconds: float, *, ended: bool) -> None:
        message = message_parts(process)[1] if isinstance(process, WorkerProcess) else ""
        stack = stack_of(self._core.thread_id)
        self._core.events.emit(WorkerBlocked(process.label, process.ref, seconds, message, stack, ended))

    def _end(self, process: Process, turn: int, seconds: float) -> bool:
        with self._gate:
            self._core.shot = self  # first: whoever leaves from now on comes to `_absorb` and waits at the gate
            if self._core.inside is not process or self._core.turn != turn:
                self._core.shot = None
                return False
            error = type("Blocked", (Blocked,), {"seconds": seconds})
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(self._core.thread_id), ctypes.py_object(error))
            return True

    def _absorb(self) -> None:
        """In the loop's thread, at the end of a handler that was aimed at. What was fired is raised here at the
        latest."""
        with self._gate:
            self._core.shot = None
        for _ in range(100):  # the interpreter raises it at a jump backwards, if not at the calls above
            pass


def stack_of(thread_id: int) -> str:
    """Where the thread is, cut to the frames of the worker's code."""
    frame = sys._current_frames().get(thread_id)
    if frame is None:
        return ""
    frames = [item for item in traceback.extract_stack(frame) if not is_machinery(item.filename)]
    return "".join(traceback.format_list(_after_thread_start(frames)))


def _after_thread_start(frames: list[traceback.FrameSummary]) -> list[traceback.FrameSummary]:
    return [frame for frame in frames if not frame.filename.endswith("threading.py")]
