"""The contract of jupyter_client, held by the sandbox provisioner with real kernels."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.manager import AsyncKernelManager

from sandbox_kernel.host import registry
from sandbox_kernel.host.provisioner import SandboxProvisioner

pytestmark = pytest.mark.kernel


@pytest.fixture(autouse=True)
def runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))


@pytest.fixture
async def manager() -> AsyncIterator[AsyncKernelManager]:
    manager = AsyncKernelManager(kernel_name="sandbox")
    yield manager
    if manager.has_kernel:
        await manager.shutdown_kernel(now=True)


def provisioner_of(manager: AsyncKernelManager) -> SandboxProvisioner:
    assert isinstance(manager.provisioner, SandboxProvisioner)
    return manager.provisioner


async def evaluate(manager: AsyncKernelManager, expression: str) -> str:
    """What the kernel prints for an expression, over the stock client."""
    client: AsyncKernelClient = manager.client()
    client.start_channels(hb=False)
    printed: list[str] = []

    def collect(message: dict[str, Any]) -> None:  # Any: a Jupyter message
        if message["msg_type"] == "stream":
            printed.append(message["content"]["text"])

    try:
        await client.wait_for_ready(timeout=60)
        await client.execute_interactive(f"print({expression})", output_hook=collect, timeout=30)
    finally:
        client.stop_channels()
    return "".join(printed).strip()


async def test_a_kernel_without_a_notebook_keeps_a_temporary_directory_until_its_manager_ends(
    manager: AsyncKernelManager,
) -> None:
    await manager.start_kernel()
    assert manager.has_kernel
    seen = await evaluate(manager, "__import__('os').environ['SANDBOX_KERNEL_DIR']")
    place = provisioner_of(manager).place
    assert place is not None
    assert str(place.directory) == seen
    await manager.restart_kernel(now=True)
    assert seen == await evaluate(manager, "__import__('os').environ['SANDBOX_KERNEL_DIR']")
    await manager.shutdown_kernel()
    assert not Path(seen).exists()


async def test_the_kernel_of_a_notebook_is_told_its_directory(manager: AsyncKernelManager, tmp_path: Path) -> None:
    notebook = tmp_path / "till.ipynb"
    notebook.write_text("{}")
    await manager.start_kernel(cwd=str(tmp_path), env={**os.environ, "JPY_SESSION_NAME": str(notebook)})
    seen = await evaluate(manager, "__import__('os').environ['SANDBOX_KERNEL_DIR']")
    assert str(tmp_path / "sandboxes" / "till") == seen
    await manager.shutdown_kernel()
    assert Path(seen).is_dir()


async def test_a_running_kernel_is_registered_until_it_is_shut_down(manager: AsyncKernelManager) -> None:
    await manager.start_kernel()
    (entry,) = registry.entries()
    assert (provisioner_of(manager).pid, os.getpid()) == (entry.pid, entry.host_pid)
    assert manager.connection_file == entry.connection_file
    await manager.shutdown_kernel(now=True)
    assert [] == registry.entries()


async def test_an_interrupt_reaches_the_running_cell(manager: AsyncKernelManager) -> None:
    await manager.start_kernel()
    client: AsyncKernelClient = manager.client()
    client.start_channels(hb=False)
    try:
        await client.wait_for_ready(timeout=60)
        request = client.execute("print('at it', flush=True)\nimport time\ntime.sleep(60)")
        while (await client.get_iopub_msg(timeout=30))["msg_type"] != "stream":
            pass
        await manager.interrupt_kernel()
        while (reply := await client.get_shell_msg(timeout=30))["msg_type"] != "execute_reply":
            pass  # waiting for readiness may have asked more than once
        assert (request, "KeyboardInterrupt") == (reply["parent_header"]["msg_id"], reply["content"]["ename"])
    finally:
        client.stop_channels()


async def test_a_killed_kernel_is_noticed_at_once_with_its_true_status(manager: AsyncKernelManager) -> None:
    await manager.start_kernel()
    provisioner = provisioner_of(manager)
    assert provisioner.pid is not None
    waiting = asyncio.ensure_future(provisioner.exited())
    os.kill(provisioner.pid, signal.SIGKILL)
    assert -signal.SIGKILL == await asyncio.wait_for(waiting, 10)
    assert (False, -signal.SIGKILL) == (await manager.is_alive(), await provisioner.poll())


async def test_nothing_is_left_behind(manager: AsyncKernelManager) -> None:
    before = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0
    await manager.start_kernel()
    pid = provisioner_of(manager).pid
    await manager.restart_kernel(now=True)
    await manager.shutdown_kernel()
    assert [False, False] == [psutil.pid_exists(pid or 0), manager.has_kernel]
    assert [] == [child for child in psutil.Process().children() if child.status() == psutil.STATUS_ZOMBIE]
    if before:
        assert len(os.listdir("/proc/self/fd")) <= before + 8  # zmq keeps its own few until the context goes
