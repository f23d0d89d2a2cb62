"""Random programs of two modules, edited at random: the live modules always equal a fresh import of the live version.

A program is drawn from a `random.Random`: of a fixed seed in the tests that always run, so that they run the same programs
everywhere and with any version of hypothesis, and of hypothesis in the search for new faults (`-m soak`).
"""

from __future__ import annotations

import enum
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random
from types import FunctionType, ModuleType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox_kernel.errors import ReloadError
from sandbox_kernel.reload.reloader import Reloader

pytestmark = pytest.mark.process

Sources = dict[str, str]  # by module: `other`, and `program`, which imports from it


def constant(name: str, draw: Random) -> str:
    n, other = draw.randint(0, 3), "B" if name == "A" else "A"
    return draw.choice(
        [
            f"{name} = {n}",
            f"{name} = ({n}, {n} + 1)",
            f"{name} = [{n}]\n{name}.append({n + 1})",
            f"if {n} > 1:\n    {name} = 'big'\nelse:\n    {name} = 'small'",
            f"{name} = 5\nif K == {n}:\n    {name} = 6",
            f"{name} = (K, {n})",
            f"{name} = repr({other})" if name == "B" else f"{name} = 'x'",
        ]
    )


def function(name: str, draw: Random) -> str:
    body = draw.choice(
        [
            "return A",
            "return (A, B)",
            "x = 1\n    return x + y",
            "yield A",
            "return lambda: (A, y)",
            "return (help(), K)",
            "global COUNT\n    COUNT += 1\n    return y",
        ]
    )
    head = draw.choice(["y=1", "y=2, *, k=A", "*y", "y=B", "y=K"])
    return f"{draw.choice(['', '', '@loud', '@loud' + chr(10) + '@loud'])}\ndef {name}({head}):\n    {body}".lstrip()


MEMBERS = [
    "    k = A",
    "    k = 2",
    "    j = [B]",
    "    def m(self):\n        return 1",
    "    def m(self, z=A):\n        return (z, self.k)",
    "    @property\n    def p(self):\n        return 1",
    "    @property\n    def p(self):\n        return self.__dict__.get('_p', K)\n"
    "    @p.setter\n    def p(self, value):\n        self.__dict__['_p'] = value",
    "    def p(self):\n        return isinstance(super().__hash__(), int)",
    "    @staticmethod\n    def s(q=B):\n        return q",
    "    @classmethod\n    def s(cls):\n        return cls.k",
    "    def __eq__(self, other):\n        return True",
    "    x: int = 3",
    "    class In:\n        z = A\n        def q(self):\n            return (1, self.z)",
    "    class In:\n        z = K\n        def q(self):\n            return self.z",
]


def klass(name: str, draw: Random) -> str:
    members = [draw.choice(MEMBERS) for _ in range(draw.randint(1, 4))]
    bases = ["", "", "(Base)", "(Mixin, Base)", *(["(C)", "(C)"] if name == "D" else [])]
    return f"{draw.choice(['', '', '@dataclass' + chr(10)])}class {name}{draw.choice(bases)}:\n    k = 0\n" + "\n".join(
        members
    )


def enumeration(name: str, draw: Random) -> str:
    members = ["    X = 1", "    X = 2", "    Y = 5", "    Z = 'z'", "    Y = K", "    W = X", "    V = auto()"]
    chosen = draw.sample(members, draw.randint(1, 4))
    method = draw.choice(
        ["", "\n    def show(self):\n        return (self.name, 1)", "\n    def show(self):\n        return A"]
    )
    return f"class {name}({draw.choice(['Enum', 'Enum', 'IntEnum', 'Flag'])}):\n" + "\n".join(chosen) + method


PRELUDE = """from dataclasses import dataclass
from enum import Enum, Flag, IntEnum, auto
from other import K, help

COUNT = 0

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
START = {"other": "K = 0\ndef help():\n    return K\n", "program": PRELUDE + "A = 0\nB = 0\n"}
STATEMENTS = {"f": function, "g": function, "C": klass, "D": klass, "E": enumeration}


def other(draw: Random) -> str:
    value = draw.choice(["K = 0", "K = 1", "K = 2", "K = (1,)", "K = 'k'"])
    body = draw.choice(["return K", "return ('help', K)", "return v"])
    return f"{value}\ndef help({draw.choice(['v=1', 'v=K'])}):\n    {body}\n"


def program(draw: Random) -> str:
    parts = [PRELUDE, constant("A", draw), constant("B", draw)]
    names = sorted(draw.sample(sorted(STATEMENTS), draw.randint(0, 5)))
    parts += [STATEMENTS[name](name, draw) for name in names]
    if draw.randint(0, 9) == 0:
        parts.append(draw.choice(["def broken(:", "raise RuntimeError('no')", "undefined_name"]))
    return "\n\n".join(parts) + "\n"


def history(draw: Random, length: int) -> list[Sources]:
    """Versions, each of which changes one of the modules or both."""
    versions = [START]
    for _ in range(length):
        changed = draw.choice([["program"], ["program"], ["other"], ["other", "program"]])
        new = {"other": other(draw), "program": program(draw)}
        versions.append({name: new[name] if name in changed else text for name, text in versions[-1].items()})
    return versions[1:]


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
    if isinstance(value, classmethod):
        return ("classmethod", shape(value.__func__, home))
    if isinstance(value, property):
        return ("property", shape(value.fget, home), shape(value.fset, home))
    if isinstance(value, enum.EnumMeta):
        known: dict[str, Any] = {**value.__members__}
        methods = {name: shape(each, home) for name, each in vars(value).items() if name == "show"}
        return ("enum", {name: (each.name, each.value) for name, each in known.items()}, methods)
    if isinstance(value, type) and value.__module__ == home:
        hidden = {"__dict__", "__weakref__", "__dataclass_fields__", "__dataclass_params__", "__new__"}
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
    home = namespace["__name__"]
    return {name: shape(v, home) for name, v in namespace.items() if not name.startswith("__") and name != "COUNT"}


def behaviour(namespace: dict[str, Any]) -> list[Any]:
    found: list[Any] = []
    for name in ("f", "g"):
        if name in namespace:
            found.append((name, outcome(namespace[name])))
    for name in ("C", "D"):
        if name in namespace:
            thing = namespace[name]()
            found += [(name, each, outcome(getattr(thing, each, None))) for each in ("m", "s", "k", "x", "base", "p")]
            found.append((name, "In", outcome(getattr(thing.In(), "q", None)) if hasattr(thing, "In") else None))
            found.append((name, "set p", outcome(lambda thing=thing: setattr(thing, "p", 7))))
    for name in ("E",) if "E" in namespace else ():
        members = namespace[name].__members__.values()
        found += [(name, each.name, outcome(getattr(each, "show", None))) for each in members]
    return found


def kept_instances(namespace: dict[str, Any], kept: dict[str, Any]) -> list[Any]:
    """What old instances answer, of the classes that are still there; a class that is new gets one."""
    found: list[Any] = []
    for name in ("C", "D"):
        if name not in namespace:
            kept.pop(name, None)
            continue
        thing = kept.setdefault(name, namespace[name]())
        found += [(name, each, outcome(getattr(thing, each, None))) for each in ("m", "s", "base")]
        found.append((name, isinstance(thing, namespace[name])))
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


def fresh(sources: Sources) -> dict[str, dict[str, Any]]:
    live = {name: sys.modules[name] for name in sources}
    try:
        for name, source in sources.items():
            sys.modules[name] = module = ModuleType(name)
            exec(compile(source, f"{name}.py", "exec", dont_inherit=True), module.__dict__)
        return {name: vars(sys.modules[name]) for name in sources}
    finally:
        sys.modules.update(live)


@pytest.fixture
def two_modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.syspath_prepend(str(tmp_path))
    yield
    for name in START:
        sys.modules.pop(name, None)


@pytest.mark.parametrize("seed", range(16))
@pytest.mark.usefixtures("two_modules")
def test_the_live_modules_equal_a_fresh_import(seed: int, reloader: Reloader) -> None:
    check_history(history(Random(seed), 5), reloader)


@pytest.mark.soak
@pytest.mark.usefixtures("two_modules")
@settings(max_examples=400, derandomize=False)
@given(draw=st.randoms(use_true_random=False), length=st.integers(2, 8))
def test_the_live_modules_equal_a_fresh_import_many_times(draw: Random, length: int, reloader: Reloader) -> None:
    check_history(history(draw, length), reloader)


def check_history(versions: list[Sources], reloader: Reloader) -> None:
    """Applies the versions one after the other, then in reverse (roll backs). Refused ones must change nothing."""
    for name, source in START.items():
        module = sys.modules[name] = ModuleType(name)
        module.__file__ = f"{name}.py"
        exec(compile(source, f"{name}.py", "exec", dont_inherit=True), module.__dict__)
        reloader.adopt(module, source)
    live, kept = START, dict[str, Any]()
    for sources in [*versions, *reversed(versions)]:
        try:
            expected: dict[str, dict[str, Any]] | None = fresh(sources)
        except Exception:  # border: what does not import must be refused
            expected = None
        try:
            reloader.apply(sources)
            live = sources
            assert expected is not None, sources
        except ReloadError as error:
            assert expected is None or error.reason in ("bases-changed", "slots-changed"), (error, sources)  # noqa: PT017
        now, mine = fresh(live), {name: vars(sys.modules[name]) for name in live}
        assert {n: picture(space) for n, space in now.items()} == {n: picture(space) for n, space in mine.items()}
        assert behaviour(now["program"]) == behaviour(mine["program"])
        assert kept_instances(now["program"], {}) == kept_instances(mine["program"], kept)
