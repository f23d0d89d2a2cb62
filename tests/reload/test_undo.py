"""A failure at any step of a reload leaves every object as it was: a fault is raised before each journalled step in turn."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from pathlib import Path
from types import CellType, FunctionType, ModuleType
from typing import Any

import pytest

from sandbox_kernel.errors import ReloadError
from sandbox_kernel.reload.reloader import Reloader

pytestmark = pytest.mark.process

HIDDEN = {"__builtins__", "__spec__", "__loader__", "__cached__"}
CLASS_PARTS = {"__dict__", "__weakref__", "_abc_impl", "__abstractmethods__"}


def picture(roots: dict[str, Any]) -> dict[Any, Any]:
    """Every function, class, container and instance that can be reached, by identity and content."""
    facts: dict[Any, Any] = {}
    stack: list[tuple[Any, Any]] = list(roots.items())
    seen: dict[int, Any] = {}
    while stack:
        key, value = stack.pop()
        facts[key] = id(value)
        if id(value) in seen or isinstance(value, int | str | float | bool | type(None)):
            continue
        seen[id(value)] = value
        inner: dict[Any, Any] = {}
        if isinstance(value, ModuleType):
            inner = {name: v for name, v in vars(value).items() if name not in HIDDEN} if name_is_local(value) else {}
        elif isinstance(value, FunctionType):
            fields = ("__code__", "__defaults__", "__kwdefaults__", "__doc__", "__closure__")
            inner = {f: getattr(value, f) for f in fields}
            inner |= {("attr", k): v for k, v in value.__dict__.items()} | {
                ("ann", k): v for k, v in value.__annotations__.items()
            }
        elif isinstance(value, type) and value.__module__ in ("first", "second"):
            inner = {k: v for k, v in vars(value).items() if k not in CLASS_PARTS} | {"bases": value.__bases__}
            facts[key, "meta"] = type(value)
        elif isinstance(value, CellType):
            inner = {"cell": value.cell_contents}
        elif isinstance(value, dict):
            inner = dict(value)
        elif isinstance(value, list | tuple | set | frozenset):
            inner = dict(enumerate(value))
            facts[key, "len"] = len(value)
        elif isinstance(value, staticmethod | classmethod):
            inner = {"func": value.__func__}
        elif isinstance(value, property):
            inner = {"get": value.fget, "set": value.fset}
        elif type(value).__module__ in ("first", "second"):
            inner = dict(getattr(value, "__dict__", {})) | {"class": type(value)}
        for name, item in inner.items():
            stack.append(((key, name), item))
        facts[key, "names"] = sorted(map(str, inner))
    return facts | {"alive": list(seen.values())}


def name_is_local(module: ModuleType) -> bool:
    return module.__name__ in ("first", "second")


FIRST = '''
import functools
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from enum import Enum

LIMIT = 1
DERIVED = [LIMIT]
LOG = []
TABLE = {"a": 1}
GONE = 1

def loud(fn):
    @functools.wraps(fn)
    def wrapper(*args):
        return ("loud", fn(*args))
    return wrapper

def counter():
    n = 0
    def step():
        nonlocal n
        n += 1
        return n
    return step

@loud
def greet(x):
    """old"""
    return x

def plain(a, b=LIMIT):
    return a + b

def bare(x):
    return x

twice = functools.partial(plain, 2)

class Meta(type):
    pass

class Base(ABC):
    @abstractmethod
    def area(self): ...

class Shape(Base):
    k = 1
    old = 2
    def area(self):
        return self.k
    @property
    def p(self):
        return 1

class Other:
    pass

class Mixin:
    pass

@dataclass
class Point:
    x: int
    y: int = 0

class Color(Enum):
    RED = 1
    GREEN = 2

class Collect(type):
    tables = {}
    def __new__(mcls, name, bases, ns):
        cls = super().__new__(mcls, name, bases, ns)
        cls.fields = [key for key in ns if key.startswith("f_")]
        mcls.tables[name] = len(cls.fields)
        return cls

class Model(metaclass=Collect):
    f_a = 1

class Room:
    __slots__ = ("x",)

def local():
    class Local:
        def a(self):
            return 1
    return Local

SQUARES = []
for n in range(LIMIT):
    SQUARES.append(n * n)
FIRST_COLOR = Color.GREEN.value
'''
EDITS = [
    ("LIMIT = 1", "LIMIT = 2"),
    ("GONE = 1\n", "COME = []\nLOG.append(COME)\n"),
    ('"a": 1', '"a": 1, "b": 2'),
    ("n += 1", "n += 10"),
    ('return ("loud", fn(*args))', 'return ("LOUD", fn(*args))'),
    ('"""old"""\n    return x', '"""new"""\n    return x * 2'),
    ("return a + b", "return a * b"),
    ("def bare(x)", "@loud\ndef bare(x)"),
    ("functools.partial(plain, 2)", "functools.partial(plain, 3)"),
    ("    old = 2\n", "    new = 3\n    def more(self):\n        return super().area()\n"),
    ("        return self.k\n    @property", "        return super().area()\n    @property"),
    (
        "    def p(self):\n        return 1",
        "    def p(self):\n        return 2\n    @p.setter\n    def p(self, v): ...",
    ),
    ("class Other:\n    pass", "class Other(Mixin):\n    x = 1"),
    ("    y: int = 0", "    y: int = 1\n    tags: list = field(default_factory=list)"),
    ("    GREEN = 2", "    GREEN = 3\n    BLUE = 4"),
    ("    f_a = 1\n", "    f_a = 1\n    f_b = 2\n"),
    ('__slots__ = ("x",)', '__slots__ = ("x", "y")'),
    ("            return 1\n    return Local", "            return 2\n        b = 3\n    return Local"),
    ("class Mixin:\n    pass\n\n", ""),
]
SECOND = (
    "from first import LIMIT, Point, loud\nimport first\nDOUBLE = LIMIT * 2\nclass Sub(Point):\n    z = first.LIMIT\n"
)
SECOND_AFTER = SECOND + "def added():\n    return DOUBLE\n"
HOOK = "\n    def __migrate__(self, old):\n        self.k = old.get('k', 0) + 1\n        LOG.append(self)\n"


def after() -> str:
    text = FIRST
    for old, new in EDITS[:-1]:
        assert old in text, old
        text = text.replace(old, new)
    mixin = EDITS[-1][0]
    text = text.replace(mixin, "").replace("class Other(", mixin + "class Other(")
    return text.replace(
        "class Color(Enum)", HOOK.replace("\n    def", "\nclass Late:\n    def", 1) + "\nclass Color(Enum)"
    )


def attempt(reloader: Reloader, sources: dict[str, str]) -> ReloadError | None:
    try:
        reloader.apply(sources)
    except ReloadError as error:
        return error
    return None


class Fault(BaseException):
    """Not an Exception, so that nothing on the way takes it for one of its own."""


@pytest.fixture
def reloader() -> Iterator[Reloader]:
    """Without a trial: it is the same for every step, and what fails here is the commit."""
    reloader = Reloader(trial=lambda sources: None)
    reloader.watch_imports()
    yield reloader
    reloader.unwatch_imports()


@pytest.fixture
def modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reloader: Reloader) -> Iterator[dict[str, ModuleType]]:
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "first.py").write_text(FIRST)
    (tmp_path / "second.py").write_text(SECOND)
    import first
    import second

    yield {"first": first, "second": second}
    del sys.modules["first"], sys.modules["second"]


def make_state(first: Any, second: Any) -> dict[str, Any]:
    state = {
        "shape": first.Shape(),
        "other": first.Other(),
        "points": [first.Point(1), second.Sub(2)],
        "step": first.counter(),
        "local": first.local()(),
    }
    state["held"] = [first.greet, first.plain, first.bare, state["shape"].area, first.Color.RED]
    first.LOG.append("state")
    state["step"]()
    return state


@pytest.mark.parametrize("stride", [7, pytest.param(1, marks=pytest.mark.soak)])
def test_a_fault_before_any_step_is_undone(stride: int, modules: dict[str, Any], reloader: Reloader) -> None:
    state = make_state(**modules)
    roots = {**modules, "state": state}
    new = {"first": after(), "second": SECOND_AFTER}
    before = picture(roots)
    steps = 0
    failed_at = -1

    def fault(what: str) -> None:
        nonlocal steps
        steps += 1
        if steps == failed_at:
            raise Fault(what)

    reloader.fault = fault
    failed_at = 1
    while True:
        steps = 0
        outcome = attempt(reloader, new)
        if outcome is None:
            break
        assert isinstance(outcome.__cause__, Fault)
        del outcome  # its traceback holds the new functions, which the next attempt would find
        if failed_at % 5 == 0:
            gc.collect()
        now = picture(roots)
        assert [] == [key for key in before if key != "alive" and before[key] != now.get(key)], failed_at
        failed_at += stride
    assert failed_at > 60
    assert modules["first"].LIMIT == 2
    assert modules["second"].DOUBLE == 4
    assert state["held"][0](1) == ("LOUD", 2)
    assert state["held"][2](1) == ("LOUD", 1)
    assert state["step"]() == 11
    assert isinstance(state["other"], modules["first"].Mixin)
    assert state["points"][1].tags == []
    assert (["f_a", "f_b"], {"Model": 1}) == (modules["first"].Model.fields, modules["first"].Collect.tables)
    assert (2, 3, [0, 1], 3) == (
        state["local"].a(),
        state["local"].b,
        modules["first"].SQUARES,
        modules["first"].FIRST_COLOR,
    )


def test_going_there_and_back_gives_the_objects_of_the_start(modules: dict[str, Any], reloader: Reloader) -> None:
    first = modules["first"]
    held = (first.Shape, first.Point, first.Color, first.Color.RED, first.plain, first.greet, first.bare)
    reloader.apply({"first": after(), "second": SECOND_AFTER})
    reloader.apply({"first": FIRST, "second": SECOND})
    assert held == (first.Shape, first.Point, first.Color, first.Color.RED, first.plain, first.greet, first.bare)
    assert first.bare(1) == 1
    assert first.greet(1) == ("loud", 1)
    assert [member.name for member in first.Color] == ["RED", "GREEN"]
