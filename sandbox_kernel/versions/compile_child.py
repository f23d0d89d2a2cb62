"""A forked child of the compile worker: one request, then its end. It is made before it is needed and warmed up.

After a fork every page that is touched is copied, and reference counts touch nearly all: the first look at a module costs
a child three times what it cost the worker. So a child waits ready that has looked at some text already. It has run
nothing of a learner's, and takes its limits with the request.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import linecache
import math
import os
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sandbox_kernel.versions import confine, trial, work
from sandbox_kernel.versions.analysis import Analysis
from sandbox_kernel.versions.frames import read_frame, write_frame
from sandbox_kernel.versions.profile import Profile
from sandbox_kernel.versions.verdicts import BROKEN

Json = dict[str, Any]  # Any: JSON
REQUEST_LIMIT = 256 << 20
_WARM_UP = '''
"""What modules are made of."""

from __future__ import annotations

import collections
import json
import math
import random
import re
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from enum import Enum
from functools import lru_cache, partial
from pathlib import Path
from typing import NamedTuple

RATE = Decimal("0.19")
WORDS = re.compile(r"[a-z]+")


class Kind(Enum):
    SMALL = 1
    LARGE = 2


class Place(NamedTuple):
    x: float
    y: float = 0.0


class Shape(ABC):
    @property
    @abstractmethod
    def area(self) -> float: ...


@dataclass(frozen=True)
class Price:
    amount: Decimal
    day: date = date(2020, 2, 20) + timedelta(days=1)


@dataclass
class Line:
    """A line."""

    name: str = "x"
    items: list[int] = field(default_factory=list)

    def total(self, scale: float = 1.0, *more: int, **named: str) -> float:
        result = sum(item * scale for item in self.items if item > 0)
        for index, item in enumerate(self.items):
            try:
                result += math.sqrt(item) / (index + 1)
            except ValueError as error:
                raise KeyError(f"{self.name}: {error}") from error
        while result > 100 and not more:
            result -= 1
        return {"a": result, "b": [*self.items]}["a"] if named else result


@lru_cache
def counted(text: str) -> dict[str, int]:
    return dict(collections.Counter(WORDS.findall(text)))


LIMIT, OTHER = Line(items=[3, 4]).total(), lambda value: undefined_name
HALF = partial(round, ndigits=1)
TEXT = json.dumps({"words": counted("to be or not to be"), "where": str(Path("a") / "b"), "by": Place(1.0)})
print(Price(RATE * 2), HALF(LIMIT), random.random(), Kind.SMALL, TEXT, end="")
'''


@dataclass(frozen=True, slots=True)
class Place:
    """Where modules are tried: what comes first on the path, and the working directory."""

    search_path: tuple[str, ...]
    directory: str

    @classmethod
    def of(cls, request: Json) -> Place:
        search = tuple(str(entry) for entry in request["search_path"])
        return cls(search, str(request.get("directory") or (search[0] if search else "")))


class Child:
    """The worker's end: `pid`, and the pipes `answer` and `output` to read from. It reads its request from `requests`.

    `place` is where the next request is likely to be for.
    """

    def __init__(self, enter: Callable[[], None] | None, requests: int, *, warm: bool, place: Place | None) -> None:
        self.answer, answer = os.pipe()
        self.output, output = os.pipe()
        worker = os.getpid()
        self.pid = os.fork()
        if self.pid == 0:
            _run(worker, (requests, answer, output), enter, place if warm else None, warm=warm)
        for fd in (answer, output):
            os.close(fd)

    def close(self) -> None:
        for fd in (self.answer, self.output):
            os.close(fd)


def _run(
    worker: int, pipes: tuple[int, int, int], enter: Callable[[], None] | None, place: Place | None, *, warm: bool
) -> None:
    """Never returns."""
    path = tuple(sys.path)
    status, leave = 1, os._exit  # as it is now: what is tried may replace it
    try:
        confine.detach_child(worker)
        _descriptors(*pipes)
        if warm:
            _warm_up()
        if place is not None:
            _go_to(place, path)
        if enter is not None:
            enter()
        request = json.loads(read_frame(0, limit_bytes=REQUEST_LIMIT, deadline=math.inf))
        _without_input()
        here = Place.of(request)
        taken = {"kind": "taken", "search_path": here.search_path, "directory": here.directory}
        taken |= {"limits": request["limits"], "timeout_s": request["timeout_s"]}
        write_frame(work.ANSWER, json.dumps(taken).encode())
        confine.limit_child(request["limits"], float(request["timeout_s"]))
        if here != place:
            _go_to(here, path)
        work.carry_out(request, work.ANSWER)
        status = 0
    except BaseException as error:  # nothing may come back into the worker's loop
        with contextlib.suppress(BaseException):
            status = BROKEN
            message = {"kind": "failed", "message": f"{type(error).__name__}: {error}"}
            write_frame(work.ANSWER, json.dumps(message).encode())
            status = 1
    finally:
        leave(status)


def _descriptors(request: int, answer: int, output: int) -> None:
    """Leaves 0 (the request), 1 and 2 (the output) and 3 (the answer); everything else is closed."""
    os.dup2(request, 0)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.dup2(answer, work.ANSWER)  # 3 and 4 were the worker's own pipes, so none of these ends can be one of them
    os.closerange(work.ANSWER + 1, os.sysconf("SC_OPEN_MAX"))
    sys.stdout = open(1, "w", encoding="utf-8", errors="backslashreplace", buffering=1, closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", errors="backslashreplace", buffering=1, closefd=False)  # noqa: SIM115


def _warm_up() -> None:
    """Everything that a request does, on a text of ours."""
    with open(os.devnull, "w", encoding="utf-8") as nowhere, contextlib.redirect_stdout(nowhere):
        look = Analysis("warm", _WARM_UP, "warm.py")
        look.look((), (), Profile())
        json.dumps(look.to_json())
        sources = trial.Sources({"warm": _WARM_UP}, {"warm": "warm.py"}, {"warm": look.code} if look.code else {})
        sources.install()
        trial.attempt(lambda: importlib.import_module("warm"), {})
    sys.meta_path.remove(sources)
    sys.modules.pop("warm", None)
    linecache.cache.pop("warm.py", None)


def _without_input() -> None:
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)


def _go_to(place: Place, path: Sequence[str]) -> None:
    sys.path[:] = [*place.search_path, *(entry for entry in path if entry not in place.search_path)]
    if os.path.isdir(place.directory):
        os.chdir(place.directory)
    sys.argv = [""]
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if "random" in sys.modules:
        sys.modules["random"].seed()  # all children would draw the same numbers otherwise
