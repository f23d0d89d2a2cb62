"""Workers of kind `thread`: each callback runs in one thread of the worker's own, so that libraries that block harm
nobody else.

A thread cannot be killed. A worker that ends while its thread still works is dead for everybody at once; its thread is
listed as a zombie until it comes back, and whatever it brings is dropped.
"""

from __future__ import annotations

import asyncio
import inspect
import queue
import threading
from collections.abc import Callable
from typing import Any

from sandbox_kernel.errors import CallError
from sandbox_kernel.supervision.reasons import Reason
from sandbox_kernel.supervision.server import WorkerProcess

_Job = tuple[Callable[..., Any], tuple[Any, ...], "asyncio.Future[Any]"]


class ThreadWorkerProcess(WorkerProcess):
    __slots__ = ("_jobs",)

    kind = "thread"

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        threading.Thread(target=self._work, name=f"worker-{self.label}", daemon=True).start()

    def enter(self, callback: Callable[..., Any], *args: Any) -> Any:
        done: asyncio.Future[Any] = self.core.loop.create_future()
        self.core.watch_zombie(self, done)
        self._jobs.put((callback, args, done))
        return asyncio.shield(done)

    def ended(self, reason: Reason) -> None:
        self._jobs.put(None)
        super().ended(reason)

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            callback, args, done = job
            value, error = None, None
            try:
                value = self.context.copy().run(_call, callback, args)
            except BaseException as raised:  # whatever it is, it ends this worker and not the thread's owner
                error = raised
            try:
                self.core.post(_finish, done, value, error)
            except CallError:  # the system has stopped meanwhile
                return


def _call(callback: Callable[..., Any], args: tuple[Any, ...]) -> Any:
    result = callback(*args)
    return asyncio.run(result) if inspect.iscoroutine(result) else result


def _finish(done: asyncio.Future[Any], value: Any, error: BaseException | None) -> None:
    if error is None:
        done.set_result(value)
        return
    if isinstance(error, StopIteration):  # a future does not take it
        error = RuntimeError(f"a callback raised {error!r}")
    done.set_exception(error)
    done.exception()  # seen, also if the worker is dead by now
