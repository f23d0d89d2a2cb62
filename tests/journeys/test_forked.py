"""What a forked kernel is held by and what it leaves, with real processes: levels, packages loaded ahead, a killed host."""

from __future__ import annotations

import ast
import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest
from jupyter_client.manager import AsyncKernelManager

from sandbox_kernel.host import forking, zygotes
from sandbox_kernel.host.exits import until_exit
from sandbox_kernel.host.forked import ForkedProcess
from sandbox_kernel.host.manager import SandboxManager
from sandbox_kernel.isolation.levels import Level, missing_for
from sandbox_kernel.zygote.protocol import Ask, End

pytestmark = [pytest.mark.kernel, pytest.mark.skipif(sys.platform != "linux", reason="a fork server needs Linux")]


@pytest.fixture(autouse=True)
async def runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))
    monkeypatch.setenv(zygotes.PLACE, str(tmp_path / "zygotes"))
    monkeypatch.setenv(forking.START, "zygote")
    yield
    for state in await zygotes.tell_all(End()):
        await until_exit(state.pid)


HELD = """
import os, resource, socket
status = dict(line.split(":\\t", 1) for line in open("/proc/self/status").read().splitlines() if ":\\t" in line)

def refuses(act):
    try:
        act()
    except OSError:
        return True
    return False

{
    "memory": resource.getrlimit(resource.RLIMIT_DATA)[0] < 1 << 40,
    "files": refuses(lambda: open(os.path.expanduser(HOME_FILE), "a")),
    "network": refuses(lambda: socket.create_connection(ADDRESS, 5)),
    "filter": status["Seccomp"].strip() == "2",
    "own processes only": os.getpid() < 10,
}
"""
HOLDS: dict[Level, set[str]] = {
    "limits": {"memory"},
    "fence": {"memory", "files", "network", "filter"},
    "jail": {"memory", "files", "network", "filter", "own processes only"},
}


@pytest.mark.parametrize("level", HOLDS)
async def test_each_level_holds_a_forked_kernel(level: Level, tmp_path: Path) -> None:
    if missing_for(level):
        pytest.skip(f"this machine has no '{level}'")
    target = tmp_path / "of the host"
    target.touch()
    with socket.create_server(("127.0.0.1", 0)) as server:
        code = f"HOME_FILE, ADDRESS = {str(target)!r}, {server.getsockname()!r}\n{HELD}"
        async with SandboxManager() as manager:
            sandbox = await manager.create("held", isolation=level)
            assert isinstance(sandbox._kernel.provisioner.process, ForkedProcess)  # type: ignore[union-attr]  # it runs
            held: dict[str, bool] = ast.literal_eval((await sandbox.run(code)).text)
    assert HOLDS[level] == {name for name, holds in held.items() if holds}


async def test_packages_that_are_loaded_ahead_share_no_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("numpy")
    monkeypatch.setenv("SANDBOX_KERNEL_PRELOAD", "numpy pandas no_such_package_at_all")
    code = """
import sys
loaded = "numpy" in sys.modules
import numpy
(loaded, numpy.random.random(), numpy.random.default_rng().random(), float(numpy.ones((99, 99)).dot(numpy.ones(99))[0]))
"""
    async with SandboxManager() as manager:
        answers = [(await (await manager.create(name)).run(code)).text for name in "ab"]
    first, second = [answer.strip("()").split(", ") for answer in answers]
    assert ["True", "True"] == [first[0], second[0]]
    assert set() == set(first[1:3]) & set(second[1:3])
    assert ["99.0", "99.0"] == [first[3], second[3]]  # its own threads are there again


STATE = """
ip = get_ipython()
names = sorted(name for name in ip.user_ns if name != "ip")
(names, ip.execution_count, In, Out, sorted({*ip.user_ns} - {*ip.user_ns_hidden}), ip.last_execution_result)
"""


async def test_a_forked_kernel_begins_as_one_that_was_started_plainly(monkeypatch: pytest.MonkeyPatch) -> None:
    async with SandboxManager() as manager:
        forked = await manager.create("forked")
        monkeypatch.setenv(forking.START, "plain")
        plain = await manager.create("plain")
        assert (await plain.run(STATE)).text == (await forked.run(STATE)).text


HOST = """
import asyncio
from sandbox_kernel.host.manager import SandboxManager

async def main():
    async with SandboxManager(warm=1) as manager:
        made = await manager.create_many(["a", "b", "c"])
        code = "import subprocess, sys; child = subprocess.Popen([sys.executable, '-c', 'input()'], stdin=subprocess.PIPE)"
        for sandbox in made.values():
            assert (await sandbox.run(code)).ok
        await manager.warmed()
        print("up", flush=True)
        await asyncio.sleep(3600)

asyncio.run(main())
"""


async def test_nothing_outlives_a_host_that_is_killed() -> None:
    host = await asyncio.create_subprocess_exec(sys.executable, "-c", HOST, stdout=asyncio.subprocess.PIPE)
    assert host.stdout is not None
    assert b"up\n" == await asyncio.wait_for(host.stdout.readline(), 120)
    (state,) = await zygotes.tell_all(Ask())
    below = psutil.Process(state.pid).children(recursive=True)
    assert len(below) >= 4 + 3
    host.kill()
    await host.wait()
    async with asyncio.timeout(60):
        for process in below:
            await until_exit(process.pid)
        while (await zygotes.tell_all(Ask()))[0].running:
            pass
    assert [] == [process for process in below if process.is_running()]
    assert os.path.exists(f"/proc/{state.pid}")


async def test_a_notebook_and_a_program_share_one_fork_server(tmp_path: Path) -> None:
    notebook = AsyncKernelManager(kernel_name="sandbox")
    try:
        await notebook.start_kernel(cwd=str(tmp_path))
        async with SandboxManager() as manager:
            await manager.create("program")
            (state,) = await zygotes.tell_all(Ask())
        assert 2 == state.running
    finally:
        await notebook.shutdown_kernel(now=True)
