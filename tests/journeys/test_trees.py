"""A tree that a host program declares at `create` runs, and is there again after every restart of its kernel."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from sandbox_kernel import SandboxManager
from sandbox_kernel.errors import StartError
from sandbox_kernel.host.sandbox import Sandbox

pytestmark = pytest.mark.kernel

WORKERS = """\
import os

from sandbox_kernel import Reply, Worker


class Till(Worker):
    checkpoint = 0.05

    def init(self):
        return 0

    def handle_call(self, request, sender, total):
        total += request
        return Reply(total, total)


class Heavy(Worker):
    kind = "process"

    def init(self):
        return os.getpid()

    def handle_call(self, request, sender, pid):
        return Reply(pid, pid)
"""

TREE = """\
from pkg.workers import Heavy, Till
from sandbox_kernel import ChildSpec, Supervisor


def root():
    heavy = Supervisor([ChildSpec("heavy", Heavy, name="heavy")], name="inner")
    return Supervisor([ChildSpec("till", Till, name="till"), ChildSpec("inner", heavy)], "rest_for_one", name="shop")


def none():
    return None
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    package = tmp_path / "shop" / "pkg"
    package.mkdir(parents=True)
    for name, text in {"__init__": "# A shop.\n", "workers": WORKERS, "tree": TREE}.items():
        (package / f"{name}.py").write_text(text)
    return package.parent


@pytest.fixture
async def manager(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[SandboxManager]:
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))
    async with SandboxManager() as manager:
        yield manager


async def shape(sandbox: Sandbox) -> list[Any]:
    def of(node: Any) -> Any:
        return (node.name or node.id, node.status, [of(child) for child in node.children])

    return [of(root) for root in await sandbox.tree()]


RUNS = [("shop", "running", [("till", "running", []), ("inner", "running", [("heavy", "running", [])])])]


async def answer(sandbox: Sandbox, code: str) -> str:
    result = await sandbox.run(f"from sandbox_kernel import call\n{code}")
    assert result.error is None, result.error
    return result.text


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not true():  # noqa: ASYNC110 - another process is waited for
            await asyncio.sleep(0.02)


async def test_a_tree_declared_at_create_runs_and_comes_back(manager: SandboxManager, shop: Path) -> None:
    sandbox = await manager.create("shop", directory=shop, supervisor="pkg.tree:root", isolation="none")
    assert RUNS == await shape(sandbox)
    assert "5" == await answer(sandbox, "call('till', 5)")
    first = int(await answer(sandbox, "call('heavy', 'who')"))
    await sandbox.restart()
    assert RUNS == await shape(sandbox)
    assert "6" == await answer(sandbox, "call('till', 1)")
    assert first != int(await answer(sandbox, "call('heavy', 'who')"))
    await until(lambda: not psutil.pid_exists(first))


async def test_it_comes_back_after_a_kill_and_no_process_of_it_is_left(manager: SandboxManager, shop: Path) -> None:
    sandbox = await manager.create(
        "shop", directory=shop, supervisor="pkg.tree:root", restart="on_crash", isolation="none"
    )
    heavy = int(await answer(sandbox, "call('heavy', 'who')"))
    assert "3" == await answer(sandbox, "call('till', 3)")
    saved = Path(sandbox.info().directory) / ".sandbox"
    await until(lambda: any("till" in path.name and b"3" in path.read_bytes() for path in saved.rglob("*.json")))
    pid = sandbox.info().pid
    os.kill(pid, signal.SIGKILL)
    await until(lambda: sandbox.info().status == "running" and sandbox.info().pid != pid)
    assert RUNS == await shape(sandbox)
    assert "4" == await answer(sandbox, "call('till', 1)")
    await until(lambda: not psutil.pid_exists(heavy))


async def test_a_tree_that_cannot_start_leaves_no_sandbox(manager: SandboxManager, shop: Path) -> None:
    for target, why in {
        "pkg.tree:rot": "'pkg.tree' has no function 'rot' that returns a Supervisor; write one first",
        "pkg.tree:none": "'pkg.tree:none' gives None; return a Supervisor",
    }.items():
        with pytest.raises(StartError) as caught:
            await manager.create("shop", directory=shop, supervisor=target)
        assert why in str(caught.value)
        assert [] == manager.list()
    sandbox = await manager.create("shop", directory=shop, supervisor="pkg.tree:root")
    assert RUNS == await shape(sandbox)
