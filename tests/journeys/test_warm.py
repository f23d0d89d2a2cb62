"""Getting ready for a class, with real processes."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

import pytest
from jupyter_client.manager import AsyncKernelManager

from sandbox_kernel.host import cli, forking, zygotes
from sandbox_kernel.host.exits import until_exit
from sandbox_kernel.host.warm import Readiness, fork_server
from sandbox_kernel.zygote.protocol import Ask, End

pytestmark = [pytest.mark.kernel, pytest.mark.skipif(sys.platform != "linux", reason="a fork server needs Linux")]


@pytest.fixture(autouse=True)
def runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))
    monkeypatch.setenv(zygotes.PLACE, str(tmp_path / "zygotes"))
    monkeypatch.setenv(forking.START, "zygote")


async def pids() -> set[int]:
    return {state.pid for state in await zygotes.tell_all(Ask())}


async def end() -> None:
    for state in await zygotes.tell_all(End()):
        await until_exit(state.pid)


@pytest.mark.parametrize("level", ["none", "limits", "fence", "auto"])
async def test_notebooks_find_the_fork_server_that_was_started_ahead(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, level: str
) -> None:
    monkeypatch.setenv("SANDBOX_KERNEL_ISOLATION", level)
    manager = AsyncKernelManager(kernel_name="sandbox")
    try:
        assert await fork_server()
        before = await pids()
        await manager.start_kernel(cwd=str(tmp_path))
        assert (1, before) == (len(before), await pids())
    finally:
        await manager.shutdown_kernel(now=True)
        await end()


def test_the_command_says_whether_a_class_fits(capsys: pytest.CaptureFixture[str]) -> None:
    try:
        assert 0 == cli.main(["warm", "2", "--hours", "1", "--json"])
        told = json.loads(capsys.readouterr().out)
        assert (True, True, 2) == (told["ok"], told["forked"], told["count"])
        assert 1 == cli.main(["warm", "100000"])
        assert capsys.readouterr().out.startswith("not enough memory: 100000 idle sandboxes need")
        assert 1 == len(asyncio.run(pids()))
    finally:
        asyncio.run(end())


def test_room_is_what_fits_into_the_free_memory() -> None:
    ready = Readiness(40, 8, "jail", 61.0, 12.0, 480.0, forked=True)
    assert (40, True) == (ready.room, ready.ok)
    assert "ready: a sandbox (isolation 'jail') starts in 61 ms here; the fork server stays for 8 h" in ready.sentence
    short = Readiness(40, 8, "jail", 61.0, 12.0, 300.0, forked=True)
    assert (25, False) == (short.room, short.ok)
