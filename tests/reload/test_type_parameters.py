"""Classes and functions with type parameters of their own (3.12 and later; older versions cannot even parse these)."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest

from sandbox_kernel.reload.reloader import Reloader

pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif(sys.version_info < (3, 12), reason="type parameters came with 3.12"),
]

OLD = """
type Items[T] = list[T]

class Root:
    pass

class Plain(Root):
    pass

class Box[T](Root):
    def __init__(self, v: T):
        self.v = v
    def get(self) -> T:
        return ("old", self.v)

def make[T](n: T):
    def inner(x: T):
        return x + n
    return inner
"""
NEW = """
type Items[T] = dict[str, T]

class Root:
    pass

class Plain[T](Root):
    pass

class Box[T, U](Root):
    k = 1
    held: dict[T, U]
    def __init__(self, v: T):
        self.v = v
    def get(self) -> T:
        return ("new", self.v)
    def added[V](self, v: V) -> tuple[T, V]:
        return (self.v, v)

def make[T](n: T):
    def inner(x: T):
        return (x + n) * 10
    return inner
"""


@pytest.fixture
def generic() -> Iterator[Any]:  # Any: a module of the test's own
    module = ModuleType("generic")
    module.__file__ = "generic.py"
    exec(compile(OLD, "generic.py", "exec", dont_inherit=True), module.__dict__)
    sys.modules["generic"] = module
    yield module
    del sys.modules["generic"]


def test_type_parameters_come_and_go_with_live_instances(generic: Any, reloader: Reloader) -> None:
    box, inner, aliased, plain = generic.Box(1), generic.make(1), generic.Box[int], generic.Plain()
    reloader.adopt(generic, OLD)
    reloader.apply({"generic": NEW})
    assert (("new", 1), (1, 5), 20) == (box.get(), box.added(5), inner(1))
    assert ["T", "U"] == [parameter.__name__ for parameter in generic.Box.__type_params__]
    assert generic.Box.__annotations__["held"] == dict[generic.Box.__type_params__]
    assert ("new", 3) == generic.Box[int, str](3).get() == aliased(3).get()
    assert isinstance(generic.Plain[int](), type(plain))
    assert dict[str, generic.Items.__type_params__[0]] == generic.Items.__value__
    reloader.apply({"generic": OLD})
    assert ("old", 1) == box.get()
    assert not hasattr(box, "added")
    assert ["T"] == [parameter.__name__ for parameter in generic.Box.__type_params__]
    assert () == getattr(generic.Plain, "__type_params__", ())
