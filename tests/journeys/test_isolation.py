"""Isolated kernels through jupyter_client and the host API: all that a plain kernel does, and the limits."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import nbformat
import pytest
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient

from sandbox_kernel.errors import KernelDied, LimitExceeded
from sandbox_kernel.host import audit
from sandbox_kernel.host.confinement import LEVEL
from sandbox_kernel.host.kernel import KERNELSPECS
from sandbox_kernel.host.manager import SandboxManager
from sandbox_kernel.isolation.levels import missing_for
from sandbox_kernel.isolation.spec import LEVELS, Level
from sandbox_kernel.isolation.verify import problems

pytestmark = [pytest.mark.kernel, pytest.mark.skipif(sys.platform != "linux", reason="isolation levels are for Linux")]


@pytest.fixture(autouse=True)
def _own_data_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "data"))


@pytest.fixture
async def sandboxes() -> AsyncIterator[SandboxManager]:
    async with SandboxManager() as manager:
        yield manager


def need(level: Level) -> None:
    if why := missing_for(level):
        pytest.skip(f"this machine has no '{level}': {why}")


@pytest.mark.parametrize("level", LEVELS)
async def test_a_kernel_of_every_level_answers_asks_restarts_and_ends(level: Level, tmp_path: Path) -> None:
    need(level)
    specs = KernelSpecManager(kernel_dirs=[str(KERNELSPECS)])
    manager = AsyncKernelManager(kernel_name="sandbox", kernel_spec_manager=specs)
    (tmp_path / "course").mkdir()
    (tmp_path / "course" / "data.csv").write_text("1,2\n")
    environment = {**os.environ, LEVEL: level, "JUPYTERHUB_API_TOKEN": "secret"}
    environment["SANDBOX_KERNEL_DIR"] = str(tmp_path / "course" / "sandboxes" / "nb")
    await manager.start_kernel(env=environment, cwd=str(tmp_path / "course"))
    client: AsyncKernelClient = manager.client()
    client.start_channels(hb=False)
    try:
        await client.wait_for_ready(timeout=60)
        assert "'1,2\\n'" == await value(client, "open('data.csv').read()")
        hidden = "'None'" if level != "none" else repr("'secret'")
        assert hidden == await value(client, "repr(__import__('os').environ.get('JUPYTERHUB_API_TOKEN'))")
        assert "'ada'" == await value(client, "input()", answer="ada")
        await manager.restart_kernel()
        await client.wait_for_ready(timeout=60)
        assert "2" == await value(client, "1 + 1")
    finally:
        client.stop_channels()
        await manager.shutdown_kernel()
    assert not await manager.is_alive()


async def value(client: AsyncKernelClient, code: str, answer: str = "") -> str:
    request = client.execute(code, allow_stdin=bool(answer))
    if answer:
        await client.get_stdin_msg(timeout=30)
        client.input(answer)
    text = ""
    while True:
        message = await client.get_iopub_msg(timeout=30)
        if message["parent_header"].get("msg_id") != request:
            continue
        if message["msg_type"] in ("execute_result", "error"):
            text = message["content"].get("data", {}).get("text/plain") or message["content"]["evalue"]
        if message["content"].get("execution_state") == "idle":
            return text


async def test_the_strongest_level_is_seen_from_outside(sandboxes: SandboxManager) -> None:
    need("jail")
    sandbox = await sandboxes.create("till", isolation="jail")
    confinement = sandbox._kernel.provisioner.confinement  # type: ignore[union-attr]  # it runs
    assert confinement is not None
    assert confinement.started is not None
    assert ("jail", []) == (
        sandbox.info().isolation,
        problems(confinement.started.spec, confinement.started.kernel),
    )


async def test_memory_of_many_processes_is_held_together_and_the_end_is_told(sandboxes: SandboxManager) -> None:
    need("jail")
    sandbox = await sandboxes.create("bomb", isolation="jail", limits={"profile": "strict", "memory_mb": 300})
    fill = "if os.fork() == 0:\n        held = bytearray(100 << 20)\n        time.sleep(60)"
    code = f"import os, time\nfor _ in range(4):\n    {fill}\nprint(os.wait()[1])"
    result = await sandbox.run(code, timeout_s=30)
    if result.ok:  # a cgroup took the largest process only
        assert "9\n" == result.stdout
        return
    assert isinstance(result.error, KernelDied | LimitExceeded)
    assert "stopped: it used more than 300 MB of memory" == sandbox.info().reason
    await sandbox.restart()
    assert "2" == (await sandbox.run("1 + 1")).text
    assert ["memory_mb"] == [entry["limit"] for entry in audit.entries("bomb") if entry["what"] == "limit"]


async def test_a_full_disk_is_one_sandboxes_own_trouble(sandboxes: SandboxManager) -> None:
    need("jail")
    sandbox = await sandboxes.create(
        "disk", isolation="jail", limits={"profile": "strict", "disk_mb": 20, "file_mb": 8}
    )
    code = "for n in range(50):\n    open(f'f{n}', 'wb').write(bytes(4 << 20))\nimport time; time.sleep(60)"
    result = await sandbox.run(code, timeout_s=30)
    assert isinstance(result.error, LimitExceeded)
    info = sandbox.info()
    assert ("crashed", "stopped: it used more than 20 MB of disk") == (info.status, info.reason)
    (limit,) = [entry for entry in audit.entries("disk") if entry["what"] == "limit"]
    assert ("disk_mb", 20.0) == (limit["limit"], limit["allowed"])
    await sandbox.restart()
    assert "True" == (await sandbox.run("import os; len([os.remove(f) for f in os.listdir() if f[0] == 'f']) > 2")).text


async def test_modules_reload_and_usage_is_counted_in_a_jail(sandboxes: SandboxManager) -> None:
    need("jail")
    sandbox = await sandboxes.create("shop", isolation="jail", limits="strict", modules={"cart": "price = 1"})
    applied = await sandbox.hot_reload("cart", "price = 2")
    assert {"cart": 2} == applied.versions
    assert "2" == (await sandbox.run("import cart; cart.price")).text
    assert sandbox.read_file("cart.py") == b"price = 2"


async def test_nbclient_runs_a_notebook_in_a_jail_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    need("jail")
    monkeypatch.setenv("JUPYTER_PATH", str(KERNELSPECS.parent))
    monkeypatch.setenv(LEVEL, "jail")
    cells = [
        "%%sandbox_module cart\nprice = 7",
        "import cart, os; print(cart.price, os.getpid())",
        "input()",
        "raise SystemExit(1)",
        "cart.price",
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code) for code in cells])
    place = {"metadata": {"path": str(tmp_path)}}
    await NotebookClient(
        notebook, kernel_name="sandbox", allow_errors=True, timeout=60, resources=place
    ).async_execute()
    printed = notebook.cells[1].outputs[0]["text"]
    assert printed.startswith("7 ")
    assert int(printed.split()[1]) < 100  # the number of a process in a namespace of its own
    assert "StdinNotImplementedError" == notebook.cells[2].outputs[0]["ename"]
    assert "7" == notebook.cells[4].outputs[0]["data"]["text/plain"]
    logged = [json.loads(line) for path in audit.directory().glob("*.jsonl") for line in path.read_text().splitlines()]
    (started,) = [entry for entry in logged if entry["what"] == "started"]
    assert "jail" == started["level"]
    assert not Path(f"/proc/{started['kernel']}").exists()


async def test_a_jail_takes_interrupts_and_comms(tmp_path: Path) -> None:
    need("jail")
    specs = KernelSpecManager(kernel_dirs=[str(KERNELSPECS)])
    manager = AsyncKernelManager(kernel_name="sandbox", kernel_spec_manager=specs)
    await manager.start_kernel(env={**os.environ, LEVEL: "jail"}, cwd=str(tmp_path))
    client: AsyncKernelClient = manager.client()
    client.start_channels(hb=False)
    try:
        await client.wait_for_ready(timeout=60)
        echo = "lambda comm, _: comm.on_msg(lambda message: comm.send(message['content']['data']))"
        await value(client, f"get_ipython().kernel.comm_manager.register_target('echo', {echo})")
        for kind, content in (("comm_open", {"target_name": "echo"}), ("comm_msg", {})):
            message = client.session.msg(kind, {"comm_id": "c", "data": {"x": 1}, **content})
            client.shell_channel.send(message)
        while (heard := await client.get_iopub_msg(timeout=30))["msg_type"] != "comm_msg":
            pass
        assert {"x": 1} == heard["content"]["data"]
        request = client.execute("print('up', flush=True)\nwhile True: pass")
        while (await client.get_iopub_msg(timeout=30))["msg_type"] != "stream":
            pass
        await manager.interrupt_kernel()
        while (reply := await client.get_shell_msg(timeout=30))["parent_header"].get("msg_id") != request:
            pass
        assert "KeyboardInterrupt" == reply["content"]["ename"]
    finally:
        client.stop_channels()
        await manager.shutdown_kernel()
