"""A fault before any step of any edit of `tests/edits` leaves all that can be reached as it was."""

from __future__ import annotations

import functools
import gc
import importlib
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FunctionType, MethodType, ModuleType
from typing import Any

import pytest

from sandbox_kernel.errors import ReloadError
from sandbox_kernel.reload.reloader import Reloader
from tests.reload.edits import EDITS, cases, run_cell, save, steps

pytestmark = [pytest.mark.process, pytest.mark.soak]

NOT_HERE = {"at_os_exit_in_module", "thr_many_threads_consistent"}  # ends the process; runs threads all the time
NOT_COMPARED = {
    "__spec__",
    "__loader__",
    "__cached__",
    "__builtins__",
    "__warningregistry__",
    "__weakref__",
    "__dict__",
}
NOT_COMPARED |= {"_abc_impl", "__abstractmethods__", "__new__"}  # CPython does not forget a `__new__`


class Fault(BaseException):
    """Not an Exception, so that nothing on the way takes it for one of its own."""


class FaultAt:
    def __init__(self, number: int, *, deletions: bool) -> None:
        self._left, self._deletions = number, deletions

    def __call__(self, what: str) -> None:
        self._left -= 1
        if self._left == 0 and (self._deletions or not what.startswith("delete ")):
            raise Fault(what)


def parts(value: Any, root: str) -> list[tuple[object, object]]:
    """What an object of the edited modules consists of, in order."""
    if isinstance(value, ModuleType):
        mine = (getattr(value, "__file__", None) or "").startswith(root) or value.__name__ == "__main__"
        return [*vars(value).items()] if mine else []
    if isinstance(value, FunctionType):
        fields = ("__code__", "__defaults__", "__kwdefaults__", "__doc__")
        own: list[tuple[object, object]] = [(name, getattr(value, name)) for name in fields]
        return [*own, *value.__dict__.items(), *value.__annotations__.items()]
    if isinstance(value, type):
        bases: list[tuple[object, object]] = [("bases", value.__bases__)]
        return [*bases, *vars(value).items()] if value.__module__ in sys.modules and is_of(value, root) else []
    if isinstance(value, dict):
        return [*value.items()]
    if isinstance(value, list | tuple):
        return [*enumerate(value)]
    if isinstance(value, staticmethod | classmethod | MethodType):
        return [("func", value.__func__)]
    if isinstance(value, property):
        return [("get", value.fget), ("set", value.fset), ("del", value.fdel)]
    if isinstance(value, functools.partial):
        return [("func", value.func), ("args", value.args)]
    if is_of(type(value), root):
        attributes = getattr(value, "__dict__", None)
        return [("class", type(value)), *(attributes.items() if isinstance(attributes, dict) else ())]
    return []


def is_of(cls: type, root: str) -> bool:
    module = sys.modules.get(cls.__module__)
    return (getattr(module, "__file__", None) or "").startswith(root)


def picture(root: str) -> tuple[dict[object, object], list[object]]:
    """Identities by path, and the objects, which must live as long as their identities count."""
    roots = [(name, m) for name, m in sys.modules.items() if (getattr(m, "__file__", None) or "").startswith(root)]
    stack: list[tuple[Any, Any]] = [*roots, ("__main__", sys.modules["__main__"])]
    facts: dict[object, object] = {}
    seen: dict[int, object] = {}
    while stack:
        key, value = stack.pop()
        plain = isinstance(value, int | float | str | bytes | None)
        facts[key] = value if plain else id(value)
        if not plain and id(value) not in seen:
            seen[id(value)] = value
            inner = [(name, part) for name, part in parts(value, root) if name not in NOT_COMPARED]
            facts[key, "names"] = repr([name for name, _ in inner if isinstance(name, str | int) and name != "__doc__"])
            stack += [((key, str(name)), part) for name, part in inner]
    return facts, [*seen.values()]


def differences(before: dict[object, object], root: str) -> list[object]:
    now, _alive = picture(root)
    return [key for key in before if before[key] != now.get(key)]


@pytest.fixture
def reloader() -> Iterator[Reloader]:
    """Without a trial: what is to fail here is the commit."""
    reloader = Reloader(lambda: [vars(sys.modules["__main__"])], trial=lambda sources: None)
    reloader.watch_imports()
    yield reloader
    reloader.unwatch_imports()


def outcome(reloader: Reloader, changed: list[str]) -> BaseException | None:
    try:
        reloader.reload_files(changed)
    except ReloadError as error:
        cause = error.__cause__
        error.__traceback__ = error.__cause__ = error.__context__ = None  # they hold what the attempt had made
        if cause is not None:
            cause.__traceback__ = None
        return cause or error
    return None


@pytest.mark.parametrize("case", [case for case in cases() if case not in NOT_HERE])
def test_a_fault_before_any_step_changes_nothing(
    case: str, notebook: ModuleType, reloader: Reloader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(EDITS / case / "before", tmp_path, dirs_exist_ok=True)
    monkeypatch.setenv("HR_ROOT", str(tmp_path))
    run_cell(reloader, notebook, EDITS / case / "setup.py")
    for step in steps(case):
        changed = save(EDITS / case / f"after{step}", tmp_path)
        importlib.invalidate_caches()
        if (EDITS / case / f"check{step}.py").read_text().startswith("# refused"):
            return  # by the trial, which is left out here
        takes_out = any(not Path(path).exists() for path in changed)  # last of all: nothing can fail then
        before, alive = picture(str(tmp_path))
        failing_at = 1
        while failing_at:
            reloader.fault = FaultAt(failing_at, deletions=not takes_out)
            failed = outcome(reloader, changed)
            assert isinstance(failed, Fault | None), failed
            failing_at += max(1, failing_at // 12) if failed else -failing_at
            if failed:
                gc.collect()
                assert [] == differences(before, str(tmp_path)), failed
        reloader.fault = None
        before.clear()
        alive.clear()  # a check may want to see something collected
        run_cell(reloader, notebook, EDITS / case / f"check{step}.py")
