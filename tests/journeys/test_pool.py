"""Kernels that a manager starts ahead, with real processes."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import psutil
import pytest

from sandbox_kernel.host import registry
from sandbox_kernel.host.manager import SandboxManager

pytestmark = pytest.mark.kernel


@pytest.fixture(autouse=True)
def runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))


def parked_pids(manager: SandboxManager) -> list[int]:
    return [parked.kernel.pid for parked in manager._pool._parked]


async def test_a_sandbox_takes_a_parked_kernel_and_another_one_is_parked() -> None:
    async with SandboxManager(warm=1) as manager:
        assert 1 == await manager.warmed()
        ((pid,), listed) = parked_pids(manager), registry.entries()
        sandbox = await manager.create("till", modules={"till": "count = 3"})
        assert (pid, []) == (sandbox.info().pid, listed)
        assert ["till"] == [entry.name for entry in registry.entries()]
        assert {"text/plain": "3"} == (await sandbox.run("import till; till.count")).value
        assert 1 == await manager.warmed()
        assert [pid] != parked_pids(manager)


async def test_events_of_a_parked_kernel_reach_the_sandbox_that_took_it() -> None:
    async with SandboxManager(warm=1) as manager:
        await manager.warmed()
        sandbox = await manager.create("till")
        async with sandbox.events() as events:
            await sandbox.hot_reload("till", "count = 1")
            kinds = set()
            async for event in events:
                kinds.add(type(event).__name__)
                if "Reloaded" in kinds:
                    break
        assert "Reloaded" in kinds


async def test_a_sandbox_with_a_directory_of_its_own_is_not_taken_from_the_pool(tmp_path: Path) -> None:
    async with SandboxManager(warm=1) as manager:
        await manager.warmed()
        before = parked_pids(manager)
        sandbox = await manager.create("till", directory=tmp_path / "till")
        assert (str(tmp_path / "till"), before) == (sandbox.info().directory, parked_pids(manager))


async def test_a_kernel_with_yesterdays_environment_is_not_handed_out(monkeypatch: pytest.MonkeyPatch) -> None:
    async with SandboxManager(warm=1) as manager:
        await manager.warmed()
        (before,) = parked_pids(manager)
        monkeypatch.setenv("LANG", "C.UTF-8" if os.environ.get("LANG") != "C.UTF-8" else "C")
        sandbox = await manager.create("till")
        assert before != sandbox.info().pid


async def test_a_parked_kernel_that_died_is_not_handed_out_and_none_is_left_behind() -> None:
    async with SandboxManager(warm=2) as manager:
        assert 2 == await manager.warmed()
        dead, living = parked_pids(manager)
        os.kill(dead, signal.SIGKILL)
        await manager._pool._parked[0].kernel.exited()
        assert living == (await manager.create("till")).info().pid
        await manager.warmed()
        left = [living, *parked_pids(manager)]
    assert [] == [pid for pid in left if psutil.pid_exists(pid)]


async def test_kernels_with_the_limits_that_are_asked_for_are_started_ahead() -> None:
    limits = {"processes": 50, "memory_mb": 300}
    async with SandboxManager(warm=1) as manager:
        await manager.warmed()
        plain = parked_pids(manager)
        for name in ("first", "second"):
            sandbox = await manager.create(name, limits=limits)
            assert [sandbox.info().pid] != plain
        assert 1 == await manager.warmed()
        (parked,) = parked_pids(manager)
        third = await manager.create("third", limits=limits)
        assert parked == third.info().pid
        assert 300 == third._kernel.limits.memory_mb
        assert [parked] != plain


async def test_one_odd_sandbox_does_not_replace_what_is_parked() -> None:
    async with SandboxManager(warm=1) as manager:
        await manager.warmed()
        before = parked_pids(manager)
        await manager.create("odd", limits={"processes": 50})
        assert before == parked_pids(manager)
        assert before == [(await manager.create("plain")).info().pid]


async def test_a_parked_kernel_shows_nothing_of_what_it_did_before() -> None:
    look = "sorted(name for name in globals() if not name.startswith('__')), get_ipython().execution_count, In, Out"
    async with SandboxManager(warm=1) as manager:
        await manager.warmed()
        (parked,) = parked_pids(manager)
        taken, fresh = await manager.create("taken"), await manager.create("fresh", isolation="auto")
        assert (parked, True) == (taken.info().pid, parked != fresh.info().pid)
        assert (await fresh.run(look)).text == (await taken.run(look)).text
