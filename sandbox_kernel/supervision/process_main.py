"""The other end of a `process` worker: `python -m sandbox_kernel.supervision.process_main FD`.

Holds the worker and its state, runs one callback at a time, and ends when the pipe does, so that it never outlives its
kernel.
"""

from __future__ import annotations

import asyncio
import copy
import importlib
import importlib.abc
import importlib.util
import inspect
import itertools
import os
import pickle
import socket
import sys
import threading
from collections.abc import Mapping, Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

from sandbox_kernel.errors import CallError
from sandbox_kernel.supervision import api
from sandbox_kernel.supervision.process_link import HEADER, STATE, pack, unpack
from sandbox_kernel.supervision.reasons import reason_of
from sandbox_kernel.supervision.refs import Ref
from sandbox_kernel.supervision.system import System
from sandbox_kernel.supervision.worker import UNSET, Ignore, NoReply, Reply, Started, Stop, Worker


class Line:
    """The pipe. Requests come in on the main thread; a thread that waits for a reply is woken by the reader."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._file = sock.makefile("rb")
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)

    def read(self) -> Any:
        header = self._file.read(HEADER.size)
        if len(header) < HEADER.size:
            os._exit(0)  # the tree is gone
        return unpack(self._file.read(HEADER.unpack(header)[0]))

    def send(self, *message: Any) -> None:
        data = pack(message)
        with self._lock:
            self._sock.sendall(data)

    def number(self) -> int:
        return next(self._numbers)


class RemoteSystem(System):
    """The tree, seen from here, through the pipe."""

    this: Ref  # the worker that lives here

    def __init__(self, line: Line) -> None:
        super().__init__(name="worker")
        self._line = line
        self._waiting: dict[int, tuple[threading.Event, list[Any]]] = {}

    def call(self, target: Any, request: Any, timeout_s: float | None = 5.0, kind: int = 0) -> Any:
        return self._request("call", target, request, timeout_s)

    def ask(self, what: str, *args: Any) -> Any:
        """What `remote` does in the tree."""
        return self._request("do", what, args)

    def _request(self, kind: str, *parts: Any) -> Any:
        number, arrived, box = self._line.number(), threading.Event(), list[Any]()
        self._waiting[number] = (arrived, box)
        self._line.send(kind, number, *parts)
        arrived.wait()  # the tree keeps the time, and always answers
        value, error = box[0]
        if error is not None:
            raise error
        return value

    async def acall(self, target: Any, request: Any, timeout_s: float | None = 5.0) -> Any:
        return await asyncio.to_thread(self.call, target, request, timeout_s)

    def cast(self, target: Any, message: Any) -> None:
        self._line.send("cast", target, message)

    def send(self, target: Any, message: Any) -> None:
        self._line.send("send", target, message)

    def answered(self, number: int, value: Any, error: BaseException | None) -> None:
        arrived, box = self._waiting.pop(number)
        box.append((value, error))
        arrived.set()


class RemoteSender:
    """Where a reply goes, by number."""

    def __init__(self, line: Line, number: int, ref: Ref | None) -> None:
        self._line, self.number, self.ref = line, number, ref

    process = None  # `api.reply` then answers at once

    def reply(self, value: Any) -> None:
        self._line.send("reply", self.number, value)

    def __deepcopy__(self, memo: dict[int, Any]) -> RemoteSender:
        return self


class RemoteStream:
    def __init__(self, line: Line, name: str) -> None:
        self._line, self._name = line, name

    def write(self, text: str) -> int:
        self._line.send("print", self._name, text)
        return len(text)

    def flush(self) -> None:
        """Every write is sent at once."""

    def isatty(self) -> bool:
        return False


class SourceFinder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports the sandbox's modules as they are live in the kernel, whatever their files say."""

    def __init__(self, sources: Mapping[str, str]) -> None:
        self._sources = sources

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname not in self._sources:
            return None
        package = any(name.startswith(f"{fullname}.") for name in self._sources)
        return importlib.util.spec_from_loader(fullname, self, is_package=package)

    def exec_module(self, module: ModuleType) -> None:
        exec(compile(self._sources[module.__name__], f"<{module.__name__}>", "exec"), vars(module))


class Main:
    def __init__(self, line: Line) -> None:
        self.line = line
        self.system = RemoteSystem(line)
        self.worker: Worker = Worker()
        self.state: Any = None
        self.jobs: list[tuple[Any, ...]] = []
        self.wake = threading.Semaphore(0)

    def run(self) -> None:
        api.set_default_system(self.system)
        sys.stdout, sys.stderr = RemoteStream(self.line, "stdout"), RemoteStream(self.line, "stderr")
        threading.Thread(target=self._listen, daemon=True).start()
        while True:
            self.wake.acquire()
            job = self.jobs.pop(0)
            try:
                answer: tuple[Any, ...] = ("done", self._perform(*job), None)
            # whatever it is, it ends the worker in the tree, which then ends this process
            except BaseException as error:
                answer = ("done", None, reason_of(error))
            self._answer(answer)

    def _answer(self, answer: tuple[Any, ...]) -> None:
        try:
            self.line.send(*answer)
        except (pickle.PicklingError, TypeError, AttributeError) as error:
            self.line.send("done", None, reason_of(CallError(f"the reply cannot leave the worker's process: {error}")))

    def _listen(self) -> None:
        while True:
            message = self.line.read()
            if message[0] == "answer":
                self.system.answered(*message[1:])
            else:
                self.jobs.append(message)
                self.wake.release()

    def _perform(self, what: str, *args: Any) -> Any:
        match what:
            case "load":
                return self._load(*args)
            case "save":
                return pickle.dumps(self.state)
            case "restore":
                self.state = pickle.loads(args[0])
                return None
            case "migrate":
                old, extra = args
                return pickle.dumps(self._await(self.worker.code_change(old, copy.deepcopy(self.state), extra)))
        return self._callback(what, *args)

    def _load(self, module: str, qualname: str, path: list[str], sources: Mapping[str, str], ref: Ref) -> None:
        sys.path[:] = path
        sys.meta_path.insert(0, SourceFinder(sources))
        self.system.this = ref
        api.set_remote(self.system)
        found: Any = importlib.import_module(module)
        for part in qualname.split("."):
            found = getattr(found, part)
        self.worker = found()

    def _callback(self, name: str, *args: Any) -> Any:
        given = [RemoteSender(self.line, *arg[1:]) if _is_sender(arg) else arg for arg in args]
        if name != "init":
            given.append(self.state)
        result = self._await(getattr(self.worker, name)(*given))
        if name == "init" and not isinstance(result, (Started, Ignore, Stop)):
            self.state = result
            return STATE
        if isinstance(result, (Reply, NoReply, Started, Stop)) and result.state is not UNSET:
            self.state, result.state = result.state, STATE
        return result

    @staticmethod
    def _await(result: Any) -> Any:
        return asyncio.run(_wait(result)) if inspect.isawaitable(result) else result


async def _wait(result: Any) -> Any:
    return await result


def _is_sender(value: Any) -> bool:
    return isinstance(value, tuple) and value[:1] == ("$sender",)


if __name__ == "__main__":
    Main(Line(socket.socket(fileno=int(sys.argv[1])))).run()
