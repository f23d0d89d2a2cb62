"""Random programs, edited at random: the live module always equals a fresh import of the live version."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox_kernel.errors import ReloadError
from sandbox_kernel.reload.reloader import Reloader

pytestmark = pytest.mark.process

NAMES = ["A", "B", "f", "g", "C", "D"]
numbers = st.integers(0, 3)
constants = st.sampled_from(["A", "B"])


def constant(name: str) -> st.SearchStrategy[str]:
    other = "B" if name == "A" else "A"
    return st.one_of(
        numbers.map(lambda n: f"{name} = {n}"),
        numbers.map(lambda n: f"{name} = ({n}, {n} + 1)"),
        numbers.map(lambda n: f"{name} = [{n}]\n{name}.append({n + 1})"),
        numbers.map(lambda n: f"if {n} > 1:\n    {name} = 'big'\nelse:\n    {name} = 'small'"),
        st.just(f"{name} = repr({other})") if name == "B" else st.just(f"{name} = 'x'"),
    )


def function(name: str) -> st.SearchStrategy[str]:
    bodies = st.sampled_from(
        ["return A", "return (A, B)", "x = 1\n    return x + y", "yield A", "return lambda: (A, y)"]
    )
    heads = st.sampled_from(["y=1", "y=2, *, k=A", "*y", "y=B"])
    decorators = st.sampled_from(["", "", "@loud\n", "@loud\n@loud\n"])
    return st.builds(lambda d, h, b: f"{d}def {name}({h}):\n    {b}", decorators, heads, bodies)


def klass(name: str) -> st.SearchStrategy[str]:
    members = st.lists(
        st.sampled_from(
            [
                "    k = A",
                "    k = 2",
                "    j = [B]",
                "    def m(self):\n        return 1",
                "    def m(self, z=A):\n        return (z, self.k)",
                "    @property\n    def p(self):\n        return 1",
                "    def p(self):\n        return super().__hash__()",
                "    @staticmethod\n    def s(q=B):\n        return q",
                "    def __eq__(self, other):\n        return True",
                "    x: int = 3",
            ]
        ),
        min_size=1,
        max_size=4,
    )
    bases = st.sampled_from(["", "", "(Base)", "(Mixin, Base)"])
    heads = st.sampled_from(["", "", "@dataclass\n"])
    return st.builds(lambda h, b, ms: f"{h}class {name}{b}:\n    k = 0\n" + "\n".join(ms), heads, bases, members)


PRELUDE = """from dataclasses import dataclass

def loud(fn):
    def wrapper(*args, **options):
        return ("loud", fn(*args, **options))
    return wrapper

class Base:
    def base(self):
        return "base"

class Mixin:
    pass
"""
STATEMENTS = {"A": constant, "B": constant, "f": function, "g": function, "C": klass, "D": klass}


@st.composite
def programs(draw: st.DrawFn) -> str:
    parts = [PRELUDE, draw(constant("A")), draw(constant("B"))]
    for name in draw(st.lists(st.sampled_from(["f", "g", "C", "D"]), unique=True, max_size=4)):
        parts.append(draw(STATEMENTS[name](name)))
    if draw(st.integers(0, 7)) == 0:
        parts.append(draw(st.sampled_from(["def broken(:", "raise RuntimeError('no')", "undefined_name"])))
    return "\n\n".join(parts) + "\n"


def shape(value: Any, home: str) -> Any:
    """What a value is, without its identity."""
    if isinstance(value, FunctionType) and value.__module__ == home:
        code = value.__code__
        if "__target__" in code.co_varnames:  # an old reference that hands over
            return shape(code.co_consts[-1], home)
        defaults = [shape(value.__defaults__, home), shape(value.__kwdefaults__, home)]
        return ("function", code.co_name, code.co_firstlineno, defaults)
    if isinstance(value, staticmethod):
        return ("static", shape(value.__func__, home))
    if isinstance(value, property):
        return ("property", shape(value.fget, home))
    if isinstance(value, type) and value.__module__ == home:
        hidden = {"__dict__", "__weakref__", "__static_attributes__", "__dataclass_fields__", "__dataclass_params__"}
        members = {name: shape(each, home) for name, each in vars(value).items() if name not in hidden}
        bases = [base.__name__ for base in value.__bases__ if base.__name__ not in ("Plain", "object")]
        return ("class", value.__name__, bases, members)
    if isinstance(value, dict):
        return {key: shape(each, home) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return (type(value).__name__, [shape(each, home) for each in value])
    if isinstance(value, int | str | float | bool | type(None)):
        return value
    return type(value).__name__


def picture(namespace: dict[str, Any]) -> dict[str, Any]:
    return {name: shape(v, "program") for name, v in namespace.items() if not name.startswith("__")}


def behaviour(namespace: dict[str, Any]) -> list[Any]:
    found: list[Any] = []
    for name in ("f", "g"):
        if name in namespace:
            found.append((name, outcome(namespace[name])))
    for name in ("C", "D"):
        if name in namespace:
            thing = namespace[name]()
            found += [(name, each, outcome(getattr(thing, each, None))) for each in ("m", "s", "k", "x", "base")]
    return found


def outcome(call: Any) -> Any:
    if not callable(call):
        return call
    try:
        value = call()
    except Exception as error:  # border: what generated code raises is its behaviour
        return type(error).__name__
    return settle(value)


def settle(value: Any) -> Any:
    if hasattr(value, "send"):
        return list(value)
    if isinstance(value, tuple):
        return tuple(map(settle, value))
    return settle(value()) if callable(value) else value


def fresh(source: str) -> dict[str, Any]:
    module = ModuleType("program")
    exec(compile(source, "program.py", "exec", dont_inherit=True), module.__dict__)
    return module.__dict__


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.syspath_prepend(str(tmp_path))
    yield tmp_path / "program.py"
    sys.modules.pop("program", None)


@settings(max_examples=15, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
@given(versions=st.lists(programs(), min_size=2, max_size=5))
def test_the_live_module_equals_a_fresh_import(versions: list[str], program: Path, reloader: Reloader) -> None:
    check_history(versions, reloader)


@pytest.mark.soak
@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(versions=st.lists(programs(), min_size=2, max_size=8))
def test_the_live_module_equals_a_fresh_import_many_times(
    versions: list[str], program: Path, reloader: Reloader
) -> None:
    check_history(versions, reloader)


def check_history(versions: list[str], reloader: Reloader) -> None:
    """Applies the versions one after the other, then in reverse (roll backs). Refused ones must change nothing."""
    sys.modules.pop("program", None)
    module = ModuleType("program")
    module.__file__ = "program.py"
    sys.modules["program"] = module
    live = PRELUDE + "A = 0\nB = 0\n"
    exec(compile(live, "program.py", "exec", dont_inherit=True), module.__dict__)
    reloader.adopt(module, live)
    for source in [*versions, *reversed(versions)]:
        try:
            expected: dict[str, Any] | None = fresh(source)
        except Exception:  # border: what does not import must be refused
            expected = None
        try:
            reloader.apply({"program": source})
            live = source
            assert expected is not None, source
        except ReloadError as error:
            assert expected is None, (error, error.__cause__, source)  # noqa: PT017  # which program it was matters
        now = fresh(live)
        assert picture(now) == picture(module.__dict__)
        assert behaviour(now) == behaviour(module.__dict__)
