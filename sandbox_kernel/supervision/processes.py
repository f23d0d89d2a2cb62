"""Workers of kind `process`: the mailbox stays in the tree, the callbacks run in a process of the worker's own.

Weighed: fork (ready at once and knows the classes of cells, but copies a process full of threads and their locks), and
a fresh interpreter that imports the worker's module. The second: it is right on every system, and after a reload it is
simply started anew with the state in the new shape. It leads a session of its own, ends when the pipe does, and is
always reaped, because a child that is not keeps the kernel's own exit handlers from running.
"""

from __future__ import annotations

import asyncio
import os
import pickle
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from contextvars import Context
from pathlib import Path
from typing import Any

from sandbox_kernel.errors import CallError, MigrationError
from sandbox_kernel.supervision import output
from sandbox_kernel.supervision.process_link import HEADER, STATE, pack, unpack
from sandbox_kernel.supervision.reasons import Crashed, Exit, Reason, describe
from sandbox_kernel.supervision.refs import Sender
from sandbox_kernel.supervision.remote import RemoteRequests
from sandbox_kernel.supervision.server import WorkerProcess
from sandbox_kernel.supervision.spec import current
from sandbox_kernel.supervision.worker import Down

_PLACES_OF_STATE = {"handle_call": -1, "handle_cast": -1, "handle_info": -1, "handle_continue": -1, "terminate": -1}


class Child:
    """One process and the pipe to it."""

    def __init__(self, owner: ProcessWorkerProcess, process: subprocess.Popen[bytes]) -> None:
        self._owner, self._process = owner, process
        self._writer: asyncio.StreamWriter | None = None
        self._answer: asyncio.Future[Any] | None = None
        self._reading: asyncio.Task[None] | None = None

    @classmethod
    async def start(cls, owner: ProcessWorkerProcess) -> Child:
        ours, theirs = socket.socketpair()
        child = cls(owner, _spawn(theirs.fileno()))
        theirs.close()
        threading.Thread(target=child._reap, name=f"reaper-{owner.label}", daemon=True).start()
        reader, child._writer = await asyncio.open_connection(sock=ours)
        child._reading = owner.core.loop.create_task(child._read(reader), context=Context())
        return child

    async def ask(self, *message: Any) -> Any:
        """What the other side did with it; `Exit` with its reason if that failed."""
        self._answer = self._owner.core.loop.create_future()
        self.send(*message)
        value, reason = await self._answer
        if reason is not None:
            raise Exit(reason)
        return value

    def send(self, *message: Any) -> None:
        if self._writer is not None:
            self._writer.write(pack(message))

    async def _read(self, reader: asyncio.StreamReader) -> None:
        try:
            while True:
                header = await reader.readexactly(HEADER.size)
                self._take(unpack(await reader.readexactly(HEADER.unpack(header)[0])))
        except (asyncio.IncompleteReadError, OSError):
            return  # it has ended; the reaper says so

    def _take(self, message: tuple[Any, ...]) -> None:
        if message[0] != "done":
            self._owner.asked(self, message)
        elif self._answer is not None and not self._answer.done():
            self._answer.set_result(message[1:])

    def end(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
        if self._writer is not None:
            self._writer.close()
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except ProcessLookupError:  # it has ended by itself
            pass

    def _reap(self) -> None:
        """In a thread of its own."""
        printed, _ = self._process.communicate()
        try:
            self._owner.core.post(self._ended, self._process.returncode, printed.decode(errors="replace"))
        except CallError:  # the system has stopped meanwhile
            return

    def _ended(self, status: int, printed: str) -> None:
        if printed:
            output.printed(self._owner, "stderr", printed)
        if self._answer is not None and not self._answer.done():
            how = f"signal {-status}" if status < 0 else f"status {status}"
            self._answer.set_result((None, Crashed("ProcessEnded", f"its process ended with {how}", printed)))
        self._owner.child_ended(self, status)


def _spawn(fd: int) -> subprocess.Popen[bytes]:
    package = str(Path(__file__).parents[2])
    paths = [package, *filter(None, [os.environ.get("PYTHONPATH")])]
    return subprocess.Popen(
        [sys.executable, "-m", "sandbox_kernel.supervision.process_main", str(fd)],
        pass_fds=[fd],
        start_new_session=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
    )


class ProcessWorkerProcess(WorkerProcess):
    __slots__ = ("_child", "_requests", "_saved", "_senders")

    kind = "process"

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._child: Child | None = None
        self._saved: bytes | None = None  # the state a fresh process begins with
        self._senders: dict[int, Sender] = {}
        self._requests = RemoteRequests(self)
        self.state = STATE

    # ---- callbacks
    def enter(self, callback: Callable[..., Any], *args: Any) -> Any:
        name = callback.__name__
        if name == "terminate" and self._child is None and self._saved is None:
            return None  # its process is gone, and the state with it
        given = args[: _PLACES_OF_STATE.get(name)] if name in _PLACES_OF_STATE else args
        return self._enter(name, tuple(self._sent(arg) for arg in given))

    async def _enter(self, name: str, args: tuple[Any, ...]) -> Any:
        child = await self._ready()
        return await child.ask(name, *args)

    async def finish(self, result: Any) -> Any:
        return await result

    def _sent(self, value: Any) -> Any:
        if not isinstance(value, Sender):
            return value
        number = self.core.new_ref("").incarnation
        self._senders[number] = value
        for old in [key for key, sender in self._senders.items() if sender.done]:
            del self._senders[old]
        return ("$sender", number, value.ref)

    async def _ready(self) -> Child:
        if self._child is None:
            self._child = child = await self._start_child()
            if self._saved is not None:
                await child.ask("restore", self._saved)
                self._saved = None
        return self._child

    async def _start_child(self) -> Child:
        cls = current(type(self.worker))
        if cls.__module__ == "__main__" or "<locals>" in cls.__qualname__:
            text = f"'{cls.__qualname__}' must stand in a module, because a process of its own has to import it"
            raise Exit(Crashed("NotImportable", text))
        child = await Child.start(self)
        sources = dict(self.core.system.sources())
        await child.ask("load", cls.__module__, cls.__qualname__, list(sys.path), sources, self.ref)
        return child

    # ---- what the other side asks
    def asked(self, child: Child, message: tuple[Any, ...]) -> None:
        core = self.core
        match message:
            case ("call", number, target, request, timeout_s):
                work = self._call_for(child, number, target, request, timeout_s)
                core.loop.create_task(work, context=self.context.copy())
            case ("cast", target, sent):
                core.cast(target, sent, self.origin)
            case ("send", target, sent):
                core.send(target, sent, self.origin)
            case ("do", number, what, args):
                self._fulfil(child, number, what, args)
            case ("reply", number, value):
                sender = self._senders.pop(number, None)
                if sender is not None:
                    self.answer(sender, value)
            case ("print", stream, text):
                output.printed(self, stream, text)

    async def _call_for(self, child: Child, number: int, target: Any, request: Any, timeout_s: float | None) -> None:
        try:
            value, error = await self.core.call(target, request, timeout_s), None
        except Exception as raised:
            value, error = None, raised
        child.send("answer", number, value, error)

    def _fulfil(self, child: Child, number: int, what: str, args: tuple[Any, ...]) -> None:
        try:
            value, error = self._requests.do(what, *args), None
        except Exception as raised:
            value, error = None, raised
        child.send("answer", number, value, error)

    # ---- the end
    def child_ended(self, child: Child, status: int) -> None:
        """Its process ended by itself. While a callback runs that callback says so; else the worker ends here."""
        child.end()
        if child is self._child:
            self._child = None
            if self.alive and not self.working:
                self.die(("process_ended", status))

    def ended(self, reason: Reason) -> None:
        child, self._child = self._child, None
        if child is not None:
            child.end()
        super().ended(reason)

    # ---- state and code
    async def fetch_state(self) -> Any:
        return pickle.loads(await self._save())

    async def _save(self) -> bytes:
        if self._saved is not None:
            return self._saved
        saved: bytes = await (await self._ready()).ask("save")
        return saved

    async def keep_state(self) -> Any:
        return _Saved(await self._save())

    async def migrate(self, old_version: Any, extra: Any) -> Any:
        """Down with the process that runs, whose code is the newer; up in a fresh one, which imports the new code."""
        child = await self._ready() if isinstance(old_version, Down) else None
        fresh = child is None
        try:
            if child is None:
                saved = await self._save()
                child = await self._start_child()
                await child.ask("restore", saved)
            return _Saved(await child.ask("migrate", old_version, extra))
        except Exit as error:
            text = f"the state of '{self.label}' could not be migrated from {old_version!r}: {describe(error.reason)}"
            module = type(self.worker).__module__
            raise MigrationError(text, module=module, target=self.label) from error
        finally:
            if fresh and child is not None:
                child.end()

    def replace_state(self, state: Any) -> None:
        """The next message finds a fresh process with the code that is current then."""
        child, self._child = self._child, None
        if child is not None:
            child.end()
        self._saved = state.data if isinstance(state, _Saved) else pickle.dumps(state)


class _Saved:
    """A state as bytes."""

    __slots__ = ("data",)

    def __init__(self, data: bytes) -> None:
        self.data = data
