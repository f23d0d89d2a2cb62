"""What workers print: to a ring buffer of each worker, to the event sink under its name, and to the cell that caused
it.

Weighed: (a) leave it to the kernel, which sends what a thread prints to whichever cell ran last: a stranger's; (b) ask
every worker to log instead of print: learners print; (c) replace `sys.stdout` by a stream that asks which worker is
running. (c). Lines go out whole, so that two workers never tear each other's. How a cell is found and written to is the
host's: see `Output`.
"""

from __future__ import annotations

import builtins
import sys
import threading
from collections import deque
from contextvars import Context
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from sandbox_kernel.supervision.events import WorkerOutput
from sandbox_kernel.supervision.process import current

if TYPE_CHECKING:
    from sandbox_kernel.supervision.server import WorkerProcess

KEPT_LINES = 200


class Output(Protocol):
    """The host's side. An origin is whatever the host likes; None is nobody."""

    def origin(self) -> object | None:
        """Called in the thread that sends a message: the cell it runs for."""

    def write(self, text: str, *, stream: str, worker: str, origin: object | None) -> None:
        """Called in the tree's thread with whole lines: show them in the cell `origin`, in no other."""


class PlainOutput:
    """Without a host: what workers print goes where everything else is printed."""

    def origin(self) -> object | None:
        return None

    def write(self, text: str, *, stream: str, worker: str, origin: object | None) -> None:
        streams = _STDERR if stream == "stderr" else _STDOUT
        streams.original.write(text)


class Printed:
    """What one worker printed: whole lines that are kept, and the beginning of a line that is not whole yet."""

    __slots__ = ("lines", "partial")

    def __init__(self) -> None:
        self.lines: deque[str] = deque(maxlen=KEPT_LINES)
        self.partial: dict[str, str] = {}

    def add(self, stream: str, text: str) -> str:
        """The lines that are whole now."""
        whole, newline, rest = (self.partial.pop(stream, "") + text).rpartition("\n")
        if rest:
            self.partial[stream] = rest
        self.lines.extend(f"{line}\n" for line in whole.split("\n")) if newline else None
        return whole + newline

    def take(self, stream: str) -> str:
        """The line that was not ended, as a whole one."""
        return self.add(stream, "\n") if stream in self.partial else ""


def printed(process: WorkerProcess, stream: str, text: str) -> None:
    """In the tree's thread."""
    if process.printed is None:
        process.printed = Printed()
    show(process, stream, process.printed.add(stream, text))


def flush(process: WorkerProcess) -> None:
    """At the end of a message: a line that was begun is a line."""
    if process.printed is not None:
        for stream in list(process.printed.partial):
            show(process, stream, process.printed.take(stream))


def show(process: WorkerProcess, stream: str, text: str) -> None:
    if not text or not process.alive:  # what the dead still print is dropped
        return
    core = process.core
    core.events.emit(WorkerOutput(process.label, process.ref, stream=stream, text=text))
    write = core.system.output.write
    # a context of its own: what the host prints on the way is not the worker's
    Context().run(partial(write, text, stream=stream, worker=process.label, origin=process.origin))


class Stream:
    """Stands in for `sys.stdout` or `sys.stderr`: what a worker writes goes its own way, all else to the original."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.original: Any = None  # Any: any text stream; ipykernel's has methods of its own
        self._users = 0
        self._lock = threading.Lock()

    def write(self, text: str) -> int:
        process = current.get()
        if process is None:
            written: int = self.original.write(text)
            return written
        process.core.printed(process, self.name, str(text))
        return len(text)

    def writelines(self, lines: Any) -> None:
        self.write("".join(lines))

    def __getattr__(self, name: str) -> Any:
        return getattr(self.original, name)

    def install(self) -> None:
        with self._lock:
            self._users += 1
            if getattr(sys, self.name) is not self:
                self.original = getattr(sys, self.name)
                setattr(sys, self.name, self)

    def remove(self) -> None:
        with self._lock:
            self._users -= 1
            if self._users == 0 and getattr(sys, self.name) is self:
                setattr(sys, self.name, self.original)


_STDOUT, _STDERR = Stream("stdout"), Stream("stderr")


def capture() -> None:
    """From now on; each call is undone by one `release`."""
    _STDOUT.install()
    _STDERR.install()


def release() -> None:
    _STDOUT.remove()
    _STDERR.remove()


class InputGuard:
    """Stands in for `input`: in a worker it would stop every worker until somebody answers, so it is refused there."""

    def __init__(self) -> None:
        self.original: Any = input

    def __call__(self, prompt: object = "", /) -> str:
        process = current.get()
        if process is not None and process.kind == "loop":
            raise RuntimeError(
                f"worker '{process.label}' asked for input(), which would stop every worker; "
                "ask in a cell and send the answer with call() or cast()"
            )
        answer: str = self.original(prompt)
        return answer

    def install(self) -> None:
        """Cheap, and called often: a kernel puts its own `input` in place for each cell."""
        if builtins.input is not self:
            self.original = builtins.input
            builtins.input = self

    def remove(self) -> None:
        if builtins.input is self:
            builtins.input = self.original


INPUT_GUARD = InputGuard()
