"""A system of supervised workers: one daemon thread with one asyncio loop, and the doors into it from any other thread.

Weighed: (a) tasks on the kernel's own loop: a cell that blocks stops every worker, and a worker that blocks stops the
kernel for good; (b) one thread per worker, as pykka has: a thousand workers are a thousand stacks, and no order of
anything; (c) one loop in one thread. (c): workers go on while a cell blocks, and what blocks the loop can be seen and
ended from outside.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import Context
from typing import Any

from sandbox_kernel.errors import CallError, CallTimeout, StartError
from sandbox_kernel.supervision import sysops
from sandbox_kernel.supervision.checkpoints import CheckpointStore
from sandbox_kernel.supervision.controls import Controls
from sandbox_kernel.supervision.core import Core, label_of
from sandbox_kernel.supervision.doorbell import Doorbell
from sandbox_kernel.supervision.events import Event, TreeSnapshot
from sandbox_kernel.supervision.mailbox import CALL
from sandbox_kernel.supervision.output import Output, PlainOutput, capture, release
from sandbox_kernel.supervision.process import Process, current
from sandbox_kernel.supervision.reasons import Reason
from sandbox_kernel.supervision.refs import ForeignSender, Monitor, Ref, ThreadSender, no_reply_error
from sandbox_kernel.supervision.server import WorkerProcess
from sandbox_kernel.supervision.spec import ChildSpec, Supervisor
from sandbox_kernel.supervision.starting import start
from sandbox_kernel.supervision.supervisor import SupervisorProcess
from sandbox_kernel.supervision.suspension import Group, WorkerInfo, describe_worker
from sandbox_kernel.supervision.tree import snapshot
from sandbox_kernel.supervision.watchdog import Watchdog
from sandbox_kernel.supervision.worker import Worker


class System(Controls):
    """`events` is called with each event, on the tree's thread (a `WorkerBlocked` comes from the watchdog's, because
    the tree's is blocked then); it must be quick and must not call back into the system.

    `output` says which cell a thread runs for, and shows there what workers print (see `output.Output`). A handler that
    keeps the loop is reported after `warn_s` (None: nobody watches) and ended after `end_s`. `sources` gives the live
    text of modules whose files may say something else, for workers that run in a process of their own. `checkpoints`
    keeps the states of workers that ask for it; without a store none are kept.
    """

    def __init__(
        self,
        *,
        name: str = "otp",
        events: Callable[[Event], None] | None = None,
        output: Output | None = None,
        sources: Callable[[], Mapping[str, str]] = dict,
        checkpoints: CheckpointStore | None = None,
        warn_s: float | None = 0.25,
        end_s: float = 5.0,
    ) -> None:
        self.name, self.events = name, events
        self.output: Output = PlainOutput() if output is None else output
        self.sources, self.checkpoints = sources, checkpoints
        self.warn_s, self.end_s = warn_s, end_s
        self.roots: list[Process] = []
        self._core: Core | None = None
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    # ---- life
    def start(self) -> System:
        """StartError where it cannot be, as when this process may have no more threads."""
        with self._lock:
            if self._thread is not None:
                return self
            ready, failures = threading.Event(), list[Exception]()
            thread = threading.Thread(
                target=Context().run, args=(self._main, ready, failures), name=f"supervision-{self.name}", daemon=True
            )
            try:
                thread.start()
                ready.wait()
            except RuntimeError as error:  # no thread at all
                failures.append(error)
            if failures:
                self._core = None
                raise StartError(
                    f"the supervision system '{self.name}' could not start ({failures[0]}); end threads or processes that "
                    "are not needed, or raise the limit, and start it again"
                ) from failures[0]
            self._thread = thread
        return self

    def _main(self, ready: threading.Event, failures: list[Exception]) -> None:
        """The whole life of the thread. What goes wrong before it is ready is the starter's to tell."""
        try:
            self._run(ready)
        except Exception as error:
            if ready.is_set():
                raise
            failures.append(error)
        finally:
            ready.set()

    def _run(self, ready: threading.Event) -> None:
        doorbell = Doorbell()
        loop = doorbell.loop = asyncio.SelectorEventLoop(doorbell)
        core = self._core = Core(loop, doorbell, self)
        watchdog = None if self.warn_s is None else Watchdog(core, warn_s=self.warn_s, end_s=self.end_s)
        capture()
        loop.call_soon(ready.set)
        try:
            if watchdog is not None:
                watchdog.start()
            loop.run_forever()
        finally:
            if watchdog is not None:
                watchdog.stop()
            release()
            doorbell.end()
            _close(loop)

    def stop(self, timeout_s: float = 2.0) -> None:
        """End all trees in reverse order of their start, shutdown times cut to fit into `timeout_s`, then the
        thread."""
        with self._lock:
            thread, self._thread = self._thread, None
            core, self._core = self._core, None
        if thread is None or core is None:
            return
        done = threading.Event()
        core.post(lambda: core.loop.create_task(self._shut_down(core, timeout_s, done)))
        done.wait(timeout_s + 1.0)
        core.loop.call_soon_threadsafe(core.loop.stop)
        thread.join(1.0)

    async def _shut_down(self, core: Core, timeout_s: float, done: threading.Event) -> None:
        core.deadline = core.loop.time() + timeout_s
        for process in [p for p in reversed(self.roots) if p.alive]:
            await _end(process, "shutdown", timeout_s)
        for process in reversed(list(core.processes.values())):
            process.signal(None, "kill")
        self.roots.clear()
        done.set()

    @property
    def core(self) -> Core:
        core = self._core
        if core is None:
            raise CallError(f"the supervision system '{self.name}' does not run; start() it first", reason="noproc")
        return core

    @property
    def running(self) -> bool:
        return self._core is not None

    def __enter__(self) -> System:
        return self.start()

    def __exit__(self, *error: object) -> None:
        self.stop()

    # ---- messages
    def call(self, target: Any, request: Any, timeout_s: float | None = 5.0, kind: int = CALL) -> Any:
        """Send `request` and wait for the reply. From plain code in any thread but the tree's own."""
        core = self.core
        caller = current.get()
        self._refuse_self_call(core, caller, target)
        sender = ThreadSender(core.doorbell.handover, None if caller is None else caller.ref, self.origin())
        core.post(core.submit, target, request, sender, kind)
        try:
            return sender.wait(label_of(target), timeout_s)
        except BaseException:  # the caller is interrupted or out of time: its reply slot goes, the request stays
            with suppress(CallError):
                core.post(sender.close)
            raise

    def _refuse_self_call(self, core: Core, caller: Process | None, target: Any) -> None:
        if caller is not None and core.find(target) is caller:
            raise no_reply_error(caller.label, "calling_self")
        if threading.get_ident() == core.thread_id:
            who = "a worker" if caller is None else f"'{caller.label}'"
            text = f"{who} used call(), which would stop every worker; make the handler async and await acall()"
            raise CallError(text, reason="would_block")

    def acall(self, target: Any, request: Any, timeout_s: float | None = 5.0) -> Coroutine[Any, Any, Any]:
        """As `call`, from async code of any loop: what it gives is to be awaited."""
        core = self.core
        if threading.get_ident() == core.thread_id:
            return core.call(target, request, timeout_s)
        return self._foreign_call(core, target, request, timeout_s)

    async def _foreign_call(self, core: Core, target: Any, request: Any, timeout_s: float | None) -> Any:
        sender = ForeignSender(asyncio.get_running_loop(), self.origin())
        core.post(core.submit, target, request, sender)
        try:
            async with asyncio.timeout(timeout_s):
                return await sender.future
        except TimeoutError:
            raise CallTimeout(label_of(target), timeout_s or 0.0) from None
        finally:
            if not sender.done:
                with suppress(CallError):
                    core.post(sender.close)

    def cast(self, target: Any, message: Any) -> None:
        """Send a message that nobody waits for. Never fails, also when there is nobody."""
        self._do("cast", target, message, self.origin())

    def send(self, target: Any, message: Any) -> None:
        """Send a message to `handle_info`."""
        self._do("send", target, message, self.origin())

    def origin(self) -> object | None:
        """Whom this thread's output belongs to, for what its messages cause."""
        caller = current.get()
        return self.output.origin() if caller is None else caller.origin

    def _do(self, method: str, *args: Any) -> None:
        core = self._core
        if core is None:
            return
        if threading.get_ident() == core.thread_id:
            getattr(core, method)(*args)
            return
        with suppress(CallError):  # it is being stopped
            core.post(getattr(core, method), *args)

    # ---- starting and stopping
    def start_worker(self, cls: type[Worker] | str, *args: Any, name: Any = None, id: str | None = None) -> Ref | None:
        """Start a worker that nobody supervises. None if its `init` said `Ignore`; StartError if it failed."""
        label = id or (name if isinstance(name, str) else str(getattr(cls, "__name__", cls)))
        return self._start(ChildSpec(label, cls, args, name=name))

    def start_supervisor(
        self, supervisor: Supervisor | Callable[[], Supervisor] | str, *, id: str | None = None
    ) -> Ref:
        """Start a tree; StartError if a child did not start, with everything ended that had."""
        label = id or (
            supervisor.name if isinstance(supervisor, Supervisor) and isinstance(supervisor.name, str) else "root"
        )
        ref = self._start(ChildSpec(label, supervisor))
        assert ref is not None
        return ref

    def _start(self, spec: ChildSpec) -> Ref | None:
        ref: Ref | None = self.run(self._start_root(spec, self.origin()))
        return ref

    async def _start_root(self, spec: ChildSpec, origin: object | None = None) -> Ref | None:
        process = await start(self.core, spec, None, origin)
        if process is None:
            return None
        self.roots = [*(root for root in self.roots if root.alive), process]
        return process.ref

    def run(self, work: Coroutine[Any, Any, Any], timeout_s: float | None = None) -> Any:
        """Run a coroutine on the tree's loop and wait for it, from plain code in another thread."""
        try:
            self._refuse_self_call(self.core, current.get(), None)
            core = self.core
        except CallError:
            work.close()
            raise
        sender = ThreadSender(core.doorbell.handover)
        core.post(_begin, core, work, sender)
        return sender.wait(self.name, timeout_s)

    def exit(self, target: Any, reason: Reason) -> None:
        """Send an exit signal: ends what does not trap exits; `kill` ends anything."""
        self._do("exit", target, reason)

    # ---- looking
    def whereis(self, name: Any) -> Ref | None:
        process = self.core.names.get(name)
        return None if process is None else process.ref

    def alive(self, target: Any) -> bool:
        core = self._core
        return core is not None and core.find(target) is not None

    def monitor(self, target: Any) -> Monitor:
        """Watch a process from plain code; `.wait(timeout_s)` gives the reason of its end."""
        core = self.core

        async def begin() -> Monitor:
            return core.monitor(target, None)

        monitor: Monitor = self.run(begin())
        return monitor

    def demonitor(self, monitor: Monitor) -> None:
        self._do("demonitor", monitor)

    def in_start_order(self) -> list[Process]:
        """Every process, a supervisor before its children."""
        found: list[Process] = []
        stack = [root for root in reversed(self.roots) if root.alive]
        while stack:
            process = stack.pop()
            found.append(process)
            if isinstance(process, SupervisorProcess):
                children = [child.process for child in reversed(list(process.children.values()))]
                stack += [child for child in children if child is not None and child.alive]
        return found

    def tree(self) -> TreeSnapshot:
        """All that runs at this moment. Answers at once, from any thread, also while a worker blocks the loop."""
        core = self._core
        return TreeSnapshot() if core is None else snapshot(core, self.roots)

    def workers_of(self, modules: Iterable[str]) -> list[WorkerInfo]:
        """The running workers whose class, or a base of it, is defined in one of these modules; dependencies first."""
        wanted = set(modules)
        workers = [process for process in self.in_start_order() if isinstance(process, WorkerProcess)]
        return [describe_worker(p) for p in workers if wanted & {base.__module__ for base in type(p.worker).__mro__}]

    def output_of(self, target: Any) -> str:
        """The last lines that a worker printed."""
        process = self.core.find(target)
        lines = process.printed if isinstance(process, WorkerProcess) else None
        return "" if lines is None else "".join(list(lines.lines))

    def code_loaded(self, modules: Iterable[str]) -> None:
        """Say that these modules were loaded anew without suspending their workers. Each takes the new code at its next
        message; one that is still inside a handler at the second such load is killed, as its code is two versions
        old."""
        core, wanted = self.core, set(modules)

        def tell() -> None:
            for process in list(core.processes.values()):
                if isinstance(process, WorkerProcess) and wanted & {b.__module__ for b in type(process.worker).__mro__}:
                    process.loaded()

        core.post(tell)

    @contextmanager
    def suspended(self, workers: Iterable[WorkerInfo | Ref | str], timeout_s: float = 5.0) -> Iterator[Group]:
        """Suspend these workers and their supervisors between two messages, for a swap of code; resumes whatever
        happens.

        ReloadError (`busy-worker`) if one does not reach the end of its message in time; then all go on as before.
        Messages that come meanwhile wait, and are handled once, in order, after leaving.
        """
        group = Group(self, workers, timeout_s)
        self.run(group.suspend())
        try:
            yield group
        finally:
            self.core.post(group.resume)


def _begin(core: Core, work: Coroutine[Any, Any, Any], sender: ThreadSender) -> None:
    task = core.loop.create_task(_answer(work, sender))
    task.add_done_callback(lambda done: sender.fail(no_reply_error(core.system.name, "shutdown")))  # it never began


async def _answer(work: Coroutine[Any, Any, Any], sender: ThreadSender) -> None:
    try:
        value = await work
    except BaseException as error:  # it belongs to the thread that waits, whatever it is
        sender.fail(error)
    else:
        sender.reply(value)


async def _end(process: Process, reason: Reason, timeout_s: float) -> None:
    """End a root in its order; what does not end in time is killed with all that is linked to it."""
    try:
        await process.core.operate(process.ref, sysops.Terminate(reason), timeout_s)
    except CallError:
        process.signal(None, "kill")


def _close(loop: asyncio.AbstractEventLoop) -> None:
    tasks = asyncio.all_tasks(loop)
    for task in tasks:
        task.cancel()
    if tasks:
        loop.run_until_complete(asyncio.wait(tasks, timeout=0.2))
    loop.close()
