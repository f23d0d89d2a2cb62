"""What a check works with: a fresh little sandbox in another process, asked over a socket.

A test function gets one as its argument `lab`. Everything it learns comes back as plain data (`sandbox_kernel.plain`) and
is compared here, where the learner's code cannot reach; an object of the learner's own kind is a `Remote`, equal to itself
only. Every question has the check's deadline; past it the whole process group is ended.
"""

from __future__ import annotations

import signal
import socket
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sandbox_kernel import plain
from sandbox_kernel.classroom.asserts import Miss
from sandbox_kernel.classroom.lessons import Exercise, Lesson
from sandbox_kernel.classroom.nursery import Child, Nursery
from sandbox_kernel.classroom.unforked import Unforked

_OUTPUT_BYTES = 20_000


class AnswerError(Exception):
    """The learner's code raised. `kind` is the exception's class name, `line` of its text or 0, `traceback` the lines."""

    def __init__(self, story: Mapping[str, Any]) -> None:  # Any: JSON
        self.kind = str(story.get("kind", "Exception"))
        self.bases = tuple(str(base) for base in story.get("bases", ()))
        self.text = str(story.get("text", ""))
        self.line = int(story.get("line", 0))
        self.traceback = "".join(str(line) for line in story.get("traceback", ()))
        at = f" at line {self.line} of {story.get('where')}" if self.line else ""
        super().__init__(f"your code raised {self.kind}{at}" + (f": {self.text}" if self.text else ""))


class AnswerEnded(Exception):
    """The process of the answer ended or ran out of a limit; the text says which."""


class Refused(Miss):
    """The sandbox refused a version of a module."""


class Remote:
    """An object that lives in the learner's process: attributes and calls are asked for there."""

    __slots__ = ("_ask", "_number")
    __hash__ = None  # type: ignore[assignment]  # a stand-in is not the thing: no sets or keys of them

    def __init__(self, ask: Callable[..., Any], number: int) -> None:  # Any: what comes back is of any plain kind
        self._ask = ask
        self._number = number

    def __getattr__(self, name: str) -> Any:  # Any: as above
        return self._ask("get", handle=self._number, name=name)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:  # Any: as above
        none = _no_handles
        return self._ask("call", handle=self._number, args=plain.encode(args, none), kwargs=plain.encode(kwargs, none))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Remote) and self._number == other._number

    def __bool__(self) -> bool:
        raise Miss("expected plain data such as True, a number or a text, got an object of your own kind")

    def __repr__(self) -> str:
        return "<an object of your own kind>"


def _no_handles(value: object) -> int:
    if isinstance(value, Remote):
        return value._number
    raise TypeError(f"a check can send plain data only, not {type(value).__name__}")


class Lab:
    """One answer process and the questions to it. Close it, or use it as a context manager."""

    def __init__(self, exercise: Exercise, answer: str, lesson: Lesson, nursery: Nursery | Unforked) -> None:
        self.answer_text = answer
        self._exercise, self._modules = exercise, lesson.modules
        self._limit_s = lesson.limits.check_seconds
        self._folder = tempfile.TemporaryDirectory(prefix="check-", ignore_cleanup_errors=True)
        self._buffer = b""
        self._socket, theirs = socket.socketpair()
        try:
            with theirs:
                (Path(self._folder.name) / "work").mkdir()
                self._process: Child = nursery.start(Path(self._folder.name), theirs, lesson.limits)
        except BaseException:
            self._socket.close()
            self._folder.cleanup()
            raise
        self._deadline = time.monotonic() + self._limit_s

    # -- for checks ----------------------------------------------------------------------------------------------

    @property
    def answer(self) -> Any:  # Any: a Remote
        """The learner's module or functions, loaded when first asked for."""
        name = self._answer_module
        self.load_text(name, self.answer_text)
        return self.module(name)

    def load_answer(self) -> None:
        """Make the learner's text the live version of its module. Misses with the reason when it is refused."""
        self.load_text(self._answer_module, self.answer_text)

    def load(self, cell_id: str) -> None:
        """Make the lesson's own module cell live: by its id, never by a version's number."""
        cell = self._modules[cell_id]
        self.load_text(cell.meta["name"], cell.body)

    def load_text(self, module: str, text: str) -> None:
        self.load_together({module: text})

    def load_together(self, texts: Mapping[str, str]) -> None:
        """Several modules as one change: all or none of them."""
        why = self._refusal("load", sources=dict(texts))
        if why:
            names = " and ".join(f"'{name}'" for name in texts)
            raise Refused(f"this version of {names} was refused: {why}")

    def refusal(self, module: str, text: str) -> str:
        """Why the sandbox refuses `text`; empty when it takes it."""
        return self._refusal("load", sources={module: text})

    def rollback(self, module: str, number: int) -> None:
        why = self._refusal("rollback", name=module, number=number)
        if why:
            raise Refused(f"the way back to version {number} of '{module}' was refused: {why}")

    def module(self, name: str) -> Any:  # Any: a Remote
        return self._ask("module", name=name)

    def start(self, target: str) -> None:
        """Start the supervisor that `module:function` returns."""
        self._ask("start", target=target)

    def call(self, worker: str, request: object, timeout_s: float = 5.0) -> Any:  # Any: any plain data
        return self._ask("ask", target=worker, request=plain.encode(request, _no_handles), timeout_s=timeout_s)

    def cast(self, worker: str, message: object) -> None:
        self._ask("send", target=worker, message=plain.encode(message, _no_handles))

    def evaluate(self, text: str, **names: object) -> Any:  # Any: any plain data
        """Runs helper lines in the sandbox and returns the value of the last one; put no expected value in them."""
        return self._ask("evaluate", text=text, names=plain.encode(names, _no_handles))

    def whereis(self, worker: str) -> int | None:
        """The number of the incarnation that has this name now; None when nobody has. A restart gives a new number."""
        found: int | None = self._ask("whereis", name=worker)
        return found

    def children(self, supervisor: str) -> dict[str, str]:
        """The status of each child by its id, in start order; asked after all restarts that were under way."""
        found: dict[str, str] = self._ask("children", name=supervisor)
        return found

    def crash(self, worker: str, request: object) -> str:
        """Call a worker with something that ends it; the reason of the end. Misses when it answers instead."""
        try:
            got = self.call(worker, request)
        except AnswerError as error:
            return error.text
        raise Miss(f"'{worker}' was expected to crash on {request!r}, but it answered {got!r}.")

    @contextmanager
    def tells(self, next_step: str) -> Iterator[None]:
        """What the learner's code raises within is a miss with this next step, not an error."""
        try:
            yield
        except AnswerError as error:
            if "NotImplementedError" in error.bases:
                raise
            raise Miss(f"{error}. {next_step}") from None

    @contextmanager
    def raises(self, kind: str, next_step: str = "") -> Iterator[None]:
        """The learner's code must raise `kind` (or a class made from it) within."""
        try:
            yield
        except AnswerError as error:
            if kind in error.bases:
                return
            if "NotImplementedError" in error.bases:
                raise
            raise Miss(f"expected {kind}, but {error}. {next_step}".rstrip()) from None
        raise Miss(f"expected {kind}, but nothing was raised. {next_step}".rstrip())

    @property
    def output(self) -> str:
        """What the learner's code has printed."""
        with (Path(self._folder.name) / "output").open("rb") as file:
            return file.read(_OUTPUT_BYTES).decode("utf-8", "replace")

    # -- for the grader -------------------------------------------------------------------------------------------

    def close(self) -> None:
        """End the process with all that it started, and remove its directory."""
        self._process.end()
        self._socket.close()
        self._folder.cleanup()

    def __enter__(self) -> Lab:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _refusal(self, op: str, **args: plain.Json) -> str:
        """Why a change was refused, without the path of the directory that the check made up; empty when it was not."""
        match self._ask(op, **args):
            case {"ok": True}:
                return ""
            case {"ok": False, "problems": list(problems), "summary": str(summary)}:
                why = "; ".join(map(str, problems)) or summary.partition(" refused: ")[2] or summary
                return self._without_place(why)
        raise AnswerEnded("your code's process gave a senseless answer; leave the sandbox's own modules as they are")

    def _without_place(self, text: str) -> str:
        """The directory that the check made up means nothing to a learner."""
        return text.replace(f"{self._folder.name}/work/", "")

    @property
    def _answer_module(self) -> str:
        return self._exercise.target if self._exercise.is_module else "answer"

    def _ask(self, op: str, **args: plain.Json) -> Any:  # Any: any plain data
        try:
            self._socket.sendall(plain.to_line({"op": op, **args}))
            reply = plain.from_line(self._read_line())
        except TimeoutError:
            raise AnswerEnded(
                f"your code was still running after {self._limit_s:g} s and was stopped; look for a loop that never ends"
            ) from None
        except OSError:
            raise AnswerEnded(self._how_it_ended()) from None
        except plain.NotPlain as error:
            raise AnswerEnded(f"what your code gave back cannot be read: {error}") from None
        if "error" in reply:
            story = reply["error"]
            raise AnswerError({**story, "text": self._without_place(str(story.get("text", "")))})
        return self._value(reply.get("value"))

    def _value(self, data: plain.Json) -> Any:  # Any: any plain data
        try:
            return plain.decode(data, lambda number: Remote(self._ask, number))
        except plain.NotPlain as error:
            raise AnswerEnded(f"what your code gave back cannot be read: {error}") from None

    def _read_line(self) -> bytes:
        while b"\n" not in self._buffer:
            left = self._deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError
            self._socket.settimeout(left)
            chunk = self._socket.recv(65536)
            if not chunk:
                raise ConnectionResetError
            self._buffer += chunk
            if len(self._buffer) > plain.MAX_BYTES:
                raise plain.NotPlain(f"it has more than {plain.MAX_BYTES:,} bytes")
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line

    def _how_it_ended(self) -> str:
        status = self._process.wait(1.0)
        if status is None:
            return "your code closed the way to its check; leave files and sockets that you did not open alone"
        if status in (-signal.SIGXCPU, -signal.SIGKILL):
            return "your code used more computing time or memory than a check may; look for a loop that never ends"
        return "your code ended its own process; leave out exit(), quit() and os._exit()"
