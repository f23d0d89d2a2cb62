"""For tests of programs that embed sandboxes, with pytest: fixtures, assertions that say what is wrong, and a stress run.

    pytest_plugins = ["sandbox_kernel.testing"]        # in conftest.py

    def test_my_plugin(make_sandbox):
        box = make_sandbox("plugin", modules={"plugin": SOURCE})
        assert_version(box, "plugin", 1)

The fixtures start real kernels and end them, and fail the test that leaves a process behind.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import psutil
import pytest

from sandbox_kernel.errors import SandboxError
from sandbox_kernel.host.blocking import BlockingManager, BlockingSandbox

T = TypeVar("T")
MakeSandbox = Callable[..., BlockingSandbox]

STRESSED = "sandbox_kernel_stressed"


# -- fixtures ---------------------------------------------------------------------------------------------------


@pytest.fixture
def sandbox_manager() -> Iterator[BlockingManager]:
    """A manager for one test; what it made is ended with it, and nothing of it may be left."""
    with assert_no_leaks(), BlockingManager() as manager:
        yield manager


@pytest.fixture
def make_sandbox(sandbox_manager: BlockingManager) -> MakeSandbox:
    """`make_sandbox(name="sandbox", **options)`, with the options of `SandboxManager.create`."""

    def make(name: str = "sandbox", **options: Any) -> BlockingSandbox:  # Any: the options of create
        return sandbox_manager.create(name, **options)

    return make


@pytest.fixture
def sandbox(make_sandbox: MakeSandbox) -> BlockingSandbox:
    """An empty sandbox."""
    return make_sandbox()


@pytest.fixture
def project_dir(tmp_path: Path) -> Callable[..., Path]:
    """`project_dir(till="count = 0")` writes modules into a fresh directory; dots in names make packages."""

    def write(**modules: str) -> Path:
        for name, source in modules.items():
            file = tmp_path.joinpath(*name.split(".")).with_suffix(".py")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(source, encoding="utf-8")
        return tmp_path

    return write


# -- assertions -------------------------------------------------------------------------------------------------


def assert_running(sandbox: BlockingSandbox) -> None:
    """It runs, and it answers."""
    info = sandbox.info()
    assert info.status == "running", f"sandbox '{info.name}' is {info.status}: {info.reason or 'no reason was given'}"
    assert sandbox.run("6 * 7").text == "42", f"sandbox '{info.name}' runs but does not answer"


def assert_version(sandbox: BlockingSandbox, module: str, number: int) -> None:
    """This version of the module is live: in the history, and in the kernel, whose source is the version's."""
    live = {found.name: found.live for found in sandbox.snapshot().modules}
    assert module in live, f"sandbox '{sandbox.name}' has no module '{module}'; it has {', '.join(live) or 'none'}"
    assert live[module] == number, f"'{module}' is live at version {live[module]}, not {number}"
    asked = f"import {module}, inspect; print(inspect.getsource({module}), end='')"
    told = sandbox.run(asked).raise_for_error().stdout
    assert told == sandbox.source(module, number), f"the kernel runs another text of '{module}' than version {number}"


def eventually(read: Callable[[], T], expected: T = True, *, timeout_s: float = 10.0) -> None:  # type: ignore[assignment]  # T is then bool
    """Waits until `read()` gives `expected`; the failure shows what it gave last."""
    end = time.monotonic() + timeout_s
    while (found := read()) != expected:
        assert time.monotonic() < end, f"after {timeout_s:g} s it is still {found!r}, not {expected!r}"
        time.sleep(0.02)


@contextmanager
def assert_no_leaks(*, grace_s: float = 10.0) -> Iterator[None]:
    """No kernel of this process, and no file or socket that it opened, outlives the block."""
    before, descriptors, nobody = _kernels(), _descriptors(), list[int]()
    yield
    try:
        eventually(lambda: sorted(_kernels() - before), nobody, timeout_s=grace_s)
    except AssertionError as error:
        raise AssertionError(f"kernels were left running: {error}") from None
    try:
        eventually(lambda: _descriptors() <= descriptors + SPARE, timeout_s=grace_s)
    except AssertionError:
        raise AssertionError(f"{_descriptors() - descriptors} descriptors were left open") from None


SPARE = 8  # a process keeps its connection to the zygote, an executor's pipe and the like for its next sandbox


def _kernels() -> set[int]:
    """The processes of sandboxes on this machine that belong to this process, by the door that they were given."""
    from sandbox_kernel.host import registry

    here = psutil.Process().pid
    return {entry.pid for entry in registry.entries() if entry.host_pid == here}


def _descriptors() -> int:
    return psutil.Process().num_fds() if hasattr(psutil.Process, "num_fds") else 0


# -- stress -----------------------------------------------------------------------------------------------------


@dataclass
class Stress:
    """What a stress run did: how often each operation succeeded, and every error by its text."""

    done: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0

    @property
    def total(self) -> int:
        return sum(self.done.values())


def stress(
    sandbox: BlockingSandbox,
    seconds: float,
    *,
    operations: Mapping[str, Callable[[BlockingSandbox], object]] | None = None,
    seed: int = 0,
) -> Stress:
    """Random operations on one sandbox for a time: run, reload, refused edit, rollback, or your own.

    A module of the run's own is edited, `sandbox_kernel_stressed`; after each step it must be live at the version that the
    model says and its counter must have gone on. AssertionError as soon as it is not. Errors of your own operations are
    counted, not raised.
    """
    chance, made, model = random.Random(seed), Stress(), _Model(sandbox)
    steps: dict[str, Callable[[BlockingSandbox], object]] = dict(operations or {})
    built_in = {"run": model.run, "reload": model.reload, "refused": model.refused, "rollback": model.rollback}
    names = sorted([*built_in, *steps])
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        name = chance.choice(names)
        if name in steps:
            try:
                steps[name](sandbox)
            except SandboxError as error:
                made.errors[str(error)] += 1
                continue
        else:
            built_in[name](chance)
        made.done[name] += 1
    model.check()
    made.seconds = time.monotonic() - began
    return made


class _Model:
    """What the stressed module should be: the texts of its versions, the live one, how often it was called."""

    def __init__(self, sandbox: BlockingSandbox) -> None:
        self._sandbox = sandbox
        self._calls = 0
        self._texts = [self._text(0)]
        self._apply(self._texts[0])
        sandbox.run(f"import {STRESSED}").raise_for_error()

    @staticmethod
    def _text(number: int) -> str:
        return f"calls = 0\n\ndef call():\n    global calls\n    calls += 1\n    return {number}, calls\n"

    def run(self, chance: random.Random) -> None:
        self._calls += 1
        told = self._sandbox.run(f"{STRESSED}.call()").raise_for_error().text
        assert told == f"({self._live}, {self._calls})", f"call() gave {told}, not ({self._live}, {self._calls})"

    def reload(self, chance: random.Random) -> None:
        self._texts.append(self._text(len(self._texts)))
        self._apply(self._texts[-1])

    def refused(self, chance: random.Random) -> None:
        try:
            self._sandbox.hot_reload(
                STRESSED, chance.choice(["def broken(:\n", "1 / 0\n", "import no_such_module_x\n"])
            )
        except SandboxError:
            return
        raise AssertionError("an edit that is wrong was not refused")

    def rollback(self, chance: random.Random) -> None:
        self._apply(chance.choice(self._texts))

    def check(self) -> None:
        self.run(random.Random(0))

    def _apply(self, text: str) -> None:
        """The same text again is the same version, so that applying an older one is a rollback."""
        self._sandbox.hot_reload(STRESSED, text)
        self._live = self._texts.index(text)
