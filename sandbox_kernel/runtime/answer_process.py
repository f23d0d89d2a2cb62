"""The process that a learner's code runs in while it is checked: a whole small sandbox that does as it is asked.

Forked by `classroom.nursery_process`, once per test, in an empty directory. It never sees a check or an expected value:
it gets sources and calls and gives plain data back. What the learner's code does to this process (patch builtins, end
it, forge replies) can only change what comes back, and the comparing happens outside. Usage:
`python -m sandbox_kernel.runtime.answer_process FD`.
"""

from __future__ import annotations

import importlib
import socket
import sys
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import sandbox_kernel.versions.compile_worker  # noqa: F401  loaded before the fork that becomes one
from sandbox_kernel import plain
from sandbox_kernel.runtime.session import Session
from sandbox_kernel.supervision import api
from sandbox_kernel.supervision.system import System
from sandbox_kernel.versions import launching

Args = Mapping[str, Any]  # JSON


class AnswerProcess:
    """Carries out one request after another. Objects that are no plain data stay here under a number."""

    def __init__(self, session: Session, system: System) -> None:
        self._session, self._system = session, system
        self._kept: list[object] = []
        self._requests: dict[str, Callable[[Args], object]] = {
            "load": self._load,
            "rollback": self._rollback,
            "module": lambda args: importlib.import_module(args["name"]),
            "get": lambda args: getattr(self._kept[args["handle"]], args["name"]),
            "call": self._call,
            "evaluate": self._evaluate,
            "start": lambda args: self._session.start_tree(args["target"]) and None,
            "whereis": self._whereis,
            "children": self._children,
            "ask": lambda args: api.call(args["target"], self._value(args["request"]), timeout_s=args["timeout_s"]),
            "send": lambda args: api.cast(args["target"], self._value(args["message"])),
        }

    def reply_to(self, request: Args) -> dict[str, plain.Json]:
        """Never raises: what the learner's code raises is the reply."""
        try:
            value = self._requests[request["op"]](request)
            return {"value": plain.encode(value, self._keep)}
        except BaseException as error:  # border: SystemExit and KeyboardInterrupt of the learner's code are answers too
            return {"error": _story(error)}

    def _keep(self, value: object) -> int:
        self._kept.append(value)
        return len(self._kept) - 1

    def _value(self, data: plain.Json) -> Any:  # Any: whatever was sent
        return plain.decode(data, self._kept.__getitem__)

    def _load(self, args: Args) -> dict[str, object]:
        done = self._session.apply(dict(args["sources"]))
        problems = [
            (f"line {p.line}: " if p.line else "") + p.message + (f"; {p.hint}" if p.hint else "")
            for p in done.problems
            if p.severity == "error"
        ]
        return {"ok": done.ok, "summary": done.summary, "stage": done.stage, "problems": problems}

    def _rollback(self, args: Args) -> dict[str, object]:
        done = self._session.roll_back(args["name"], args["number"])
        return {"ok": done.ok, "summary": done.summary, "stage": done.stage, "problems": []}

    def _whereis(self, args: Args) -> int | None:
        ref = self._system.whereis(args["name"])
        return None if ref is None else ref.incarnation

    def _children(self, args: Args) -> dict[str, str]:
        """The supervisor answers in its turn, so after the restarts that it had begun."""
        children = self._system.which_children(args["name"])
        return {
            str(c.id): "stopped" if c.ref is None else "restarting" if c.ref == "restarting" else "running"
            for c in children
        }

    def _call(self, args: Args) -> object:
        function: Any = self._kept[args["handle"]]  # Any: whatever the learner made
        return function(*self._value(args["args"]), **self._value(args["kwargs"]))

    def _evaluate(self, args: Args) -> object:
        """Runs the check's own helper text; its last line is an expression."""
        *lines, last = args["text"].splitlines()
        names: dict[str, Any] = {"call": api.call, "cast": api.cast, **self._value(args["names"])}  # Any: as above
        exec("\n".join(lines), names)
        return eval(last, names)


def _story(error: BaseException) -> dict[str, plain.Json]:
    """Kind, all its base classes, text, and the last line of the learner's own code that it passed."""
    own = [f for f in traceback.extract_tb(error.__traceback__) if not _is_ours(f.filename)]
    return {
        "kind": type(error).__name__,
        "bases": [base.__name__ for base in type(error).__mro__],
        "text": str(error)[:2000],
        "line": (own[-1].lineno or 0) if own else 0,
        "where": Path(own[-1].filename).stem if own else "",
        "traceback": traceback.format_exception(error)[-30:],
    }


def _is_ours(filename: str) -> bool:
    return filename.startswith((str(Path(__file__).parent.parent), "<", sys.base_prefix))


def main(descriptor: int) -> None:
    channel = socket.socket(fileno=descriptor).makefile("rwb")
    launching.plant()  # one test long: an interpreter of the worker's own costs 0.1 s of it
    session = Session.open(Path.cwd(), namespaces=lambda: ())
    api.set_default_system(session.system)
    process = AnswerProcess(session, session.system)
    for line in channel:
        try:
            reply = plain.to_line(process.reply_to(plain.from_line(line)))
        except plain.NotPlain as error:
            reply = plain.to_line({"error": {"kind": "NotPlain", "bases": [], "text": str(error), "line": 0}})
        channel.write(reply)
        channel.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]))
