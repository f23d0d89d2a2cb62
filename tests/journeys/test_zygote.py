"""Kernels forked by a zygote, with real processes: jupyter_client's contract, and nothing shared between siblings."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.manager import AsyncKernelManager

from sandbox_kernel.host import forking, zygotes
from sandbox_kernel.host.exits import until_exit
from sandbox_kernel.host.forked import ForkedProcess
from sandbox_kernel.zygote.protocol import Ask, End

pytestmark = [pytest.mark.kernel, pytest.mark.skipif(not os.path.exists("/proc/self/fd"), reason="needs Linux")]


@pytest.fixture(autouse=True, params=["none", "auto"])
async def runtime(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[None]:
    """Each test runs without isolation and with the strongest that this machine has."""
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))
    monkeypatch.setenv(zygotes.PLACE, str(tmp_path / "zygotes"))
    monkeypatch.setenv("SANDBOX_KERNEL_ISOLATION", request.param)
    monkeypatch.setenv(forking.START, "zygote")
    yield
    for state in await zygotes.tell_all(End()):
        await until_exit(state.pid)


@pytest.fixture
async def managers() -> AsyncIterator[list[AsyncKernelManager]]:
    made = [AsyncKernelManager(kernel_name="sandbox") for _ in range(2)]
    yield made
    for manager in made:
        if manager.provisioner is not None:
            await manager.shutdown_kernel(now=True)


def process_of(manager: AsyncKernelManager) -> ForkedProcess:
    process = manager.provisioner.process  # type: ignore[union-attr]  # started
    assert isinstance(process, ForkedProcess)
    return process


def kernel_of(manager: AsyncKernelManager) -> int:
    """The process that runs the code; behind a keeper it is not the one that was forked first."""
    return int(manager.provisioner.pid)  # type: ignore[union-attr]  # started


async def connect(manager: AsyncKernelManager) -> AsyncKernelClient:
    client: AsyncKernelClient = manager.client()
    client.start_channels()
    await client.wait_for_ready(timeout=60)
    return client


async def run(client: AsyncKernelClient, code: str) -> str:
    """What the code prints."""
    printed: list[str] = []

    def collect(message: dict[str, Any]) -> None:  # Any: a Jupyter message
        if message["msg_type"] == "stream":
            printed.append(message["content"]["text"])

    reply = await client.execute_interactive(code, output_hook=collect, timeout=30)
    assert "ok" == reply["content"]["status"], reply["content"]
    return "".join(printed).strip()


async def printed_next(client: AsyncKernelClient) -> str:
    """The next text on iopub; what a child process prints may come after its cell's reply."""
    while (message := await client.get_iopub_msg(timeout=30))["msg_type"] != "stream":
        pass
    return str(message["content"]["text"]).strip()


async def start(manager: AsyncKernelManager, code: str = "print('ready')") -> str:
    await manager.start_kernel()
    client = await connect(manager)
    try:
        return await run(client, code)
    finally:
        client.stop_channels()


FORK = """
import multiprocessing
child = multiprocessing.get_context("fork").Process(target=print, args=("from a fork",), kwargs={"flush": True})
child.start()
child.join()
"""
UNIQUE = """
import os, random, uuid, tempfile, multiprocessing, secrets, ssl
kernel = get_ipython().kernel
for value in (random.random(), uuid.uuid4(), uuid.uuid1().time, multiprocessing.current_process().authkey.hex(),
              next(tempfile._get_candidate_names()), secrets.token_hex(8), ssl.RAND_bytes(8).hex(),
              kernel.ident, kernel.session.session, kernel.session.key.decode(), get_ipython().displayhook.topic):
    print(value)
"""


async def test_siblings_share_no_seed_key_name_or_identity(managers: list[AsyncKernelManager]) -> None:
    first, second = [(await start(manager, UNIQUE)).split() for manager in managers]
    assert 11 == len(first) == len(second)
    assert set() == set(first) & set(second)


DESCRIPTORS = """
import os
for name in os.listdir('/proc/self/fd'):
    try:
        print(os.readlink(f'/proc/self/fd/{name}'))
    except OSError:
        pass
"""


async def test_a_kernel_inherits_no_descriptor_of_its_siblings(managers: list[AsyncKernelManager]) -> None:
    first, second = [set((await start(manager, DESCRIPTORS)).splitlines()) for manager in managers]
    shared = {name for name in first & second if not name.startswith(("/dev/", "anon_inode:", "/proc/"))}
    assert {os.readlink(f"/proc/self/fd/{number}") for number in (1, 2)} >= shared
    assert len(second) < 80


async def test_a_forked_kernel_sees_the_environment_and_directory_of_its_own_start(
    managers: list[AsyncKernelManager], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_OF_THE_SERVER", "first")
    await start(managers[0])
    monkeypatch.delenv("SECRET_OF_THE_SERVER")
    manager = managers[1]
    await manager.start_kernel(
        cwd=str(tmp_path), env={**os.environ, "COURSE": "algebra", "SANDBOX_KERNEL_ENV": "COURSE"}
    )
    client = await connect(manager)
    code = "import os; print(os.environ['COURSE'], os.getcwd(), 'SECRET_OF_THE_SERVER' in os.environ)"
    secret = "print(b'SECRET_OF_THE_SERVER' in open('/proc/self/environ', 'rb').read())"
    try:
        assert f"algebra {tmp_path} False" == await run(client, code)
        assert "False" == await run(client, secret)
    finally:
        client.stop_channels()


async def test_the_true_status_of_an_end_is_known(managers: list[AsyncKernelManager]) -> None:
    await start(managers[0])
    process = process_of(managers[0])
    assert process.poll() is None
    os.kill(kernel_of(managers[0]), signal.SIGSEGV)
    await until_exit(process.pid, pidfd=process.pidfd)
    assert (-signal.SIGSEGV, -signal.SIGSEGV) == (process.wait(10), process.poll())
    await managers[1].start_kernel()
    client = await connect(managers[1])
    client.execute("import os; os._exit(7)")
    assert 7 == await asyncio.wait_for(managers[1].provisioner.wait(), 20)  # type: ignore[union-attr]  # started
    client.stop_channels()


async def test_a_restarted_kernel_answers_on_the_same_sockets(managers: list[AsyncKernelManager]) -> None:
    manager = managers[0]
    await manager.start_kernel()
    client = await connect(manager)
    try:
        assert "1" == await run(client, "kept = 1; print(kept)")
        before = kernel_of(manager)
        await manager.restart_kernel(now=True)
        assert "False" == await run(client, "print('kept' in globals())")
        assert (True, True) == (before != kernel_of(manager), process_of(manager).poll() is None)
    finally:
        client.stop_channels()


async def test_an_interrupt_reaches_the_running_cell(managers: list[AsyncKernelManager]) -> None:
    await managers[0].start_kernel()
    client = await connect(managers[0])
    try:
        client.execute("print('at it', flush=True)\nimport time\ntime.sleep(60)")
        while (await client.get_iopub_msg(timeout=30))["msg_type"] != "stream":
            pass
        await managers[0].interrupt_kernel()
        assert "KeyboardInterrupt" == (await client.get_shell_msg(timeout=30))["content"]["ename"]
    finally:
        client.stop_channels()


async def test_input_is_asked_for_and_answered(managers: list[AsyncKernelManager]) -> None:
    await managers[0].start_kernel()
    client = await connect(managers[0])
    try:
        client.execute("name = input('who? ')", allow_stdin=True)
        assert "who? " == (await client.get_stdin_msg(timeout=30))["content"]["prompt"]
        client.input("Ada")
        assert "ok" == (await client.get_shell_msg(timeout=30))["content"]["status"]
        assert "Ada" == await run(client, "print(name)")
    finally:
        client.stop_channels()


async def test_comms_and_output_of_children_work_as_in_any_kernel(managers: list[AsyncKernelManager]) -> None:
    outside_pytest = {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"}
    await managers[0].start_kernel(env=outside_pytest)  # ipykernel looks for pytest and then leaves descriptors alone
    client = await connect(managers[0])
    try:
        client.execute("import os; _ = os.system('echo of the shell')")
        assert "of the shell" == await printed_next(client)
        client.execute(FORK)
        assert "from a fork" == await printed_next(client)
        opened: list[str] = []

        def note(message: dict[str, Any]) -> None:  # Any: a Jupyter message
            if message["msg_type"] == "comm_open":
                opened.append(message["content"]["target_name"])

        await client.execute_interactive(
            "import comm; c = comm.create_comm(target_name='there')", output_hook=note, timeout=30
        )
        assert ["there"] == opened
    finally:
        client.stop_channels()


async def test_the_heartbeat_answers_once_somebody_listens(managers: list[AsyncKernelManager]) -> None:
    await managers[0].start_kernel()
    client: AsyncKernelClient = managers[0].client()
    client.start_channels(hb=False)
    threads = "import threading; print('Heartbeat' in [t.name for t in threading.enumerate()])"
    try:
        await client.wait_for_ready(timeout=60)
        assert "False" == await run(client, threads)
        client.hb_channel.unpause()
        client.hb_channel.start()
        while "True" != await run(client, threads):
            pass
        assert client.hb_channel.is_beating()
    finally:
        client.stop_channels()


async def test_kernels_live_on_when_the_zygote_dies_and_the_next_one_gets_a_new_zygote(
    managers: list[AsyncKernelManager],
) -> None:
    first, second = managers
    await first.start_kernel()
    client = await connect(first)
    try:
        (state,) = await zygotes.tell_all(Ask())
        os.kill(state.pid, signal.SIGKILL)
        await until_exit(state.pid)
        assert "alive" == await run(client, "print('alive')")
        await start(second)
        (fresh,) = await zygotes.tell_all(Ask())
        assert state.pid != fresh.pid
        process_of(second)
        assert await first.is_alive()
    finally:
        client.stop_channels()
    os.kill(kernel_of(first), signal.SIGKILL)
    assert process_of(first).wait(10) in (-signal.SIGKILL, 255)


async def test_a_kernel_ends_with_its_host_even_in_a_busy_cell(tmp_path: Path) -> None:
    host = await asyncio.create_subprocess_exec(sys.executable, "-c", HOST, stdout=asyncio.subprocess.PIPE)
    assert host.stdout is not None
    kernel = psutil.Process(int(await asyncio.wait_for(host.stdout.readline(), 60)))
    waiting = asyncio.ensure_future(until_exit(kernel.pid))
    host.kill()
    await host.wait()
    await asyncio.wait_for(waiting, 30)
    assert not kernel.is_running() or kernel.status() in (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD)


HOST = """
import asyncio
from jupyter_client.manager import AsyncKernelManager

async def main():
    manager = AsyncKernelManager(kernel_name="sandbox")
    await manager.start_kernel()
    client = manager.client()
    client.start_channels()
    await client.wait_for_ready(timeout=60)
    client.execute("input(); import re; re.match(r'(a+)+$', 'a' * 60 + 'b')", allow_stdin=True)
    await client.get_stdin_msg(timeout=30)
    client.input("go")  # from here on the cell holds the interpreter's lock for ages, and nothing it says gets out
    print(manager.provisioner.pid, flush=True)
    await asyncio.sleep(3600)

asyncio.run(main())
"""


async def test_changed_packages_lead_to_a_fresh_zygote(
    managers: list[AsyncKernelManager], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    packages = tmp_path / f"lib/python{sys.version_info.major}.{sys.version_info.minor}/site-packages"
    packages.mkdir(parents=True)
    monkeypatch.setenv("SANDBOX_KERNEL_ISOLATION", "none")
    monkeypatch.setenv("PYTHONUSERBASE", str(tmp_path))
    await start(managers[0])
    (before,) = await zygotes.tell_all(Ask())
    (packages / "installed.py").touch()
    assert "1" == await start(managers[1], "print(1)")
    pids = {state.pid for state in await zygotes.tell_all(Ask())}
    assert (True, 2) == (before.pid in pids, len(pids))


async def test_without_a_zygote_the_plain_start_is_taken_and_said_once(
    managers: list[AsyncKernelManager], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def refuse(*_: object) -> None:
        raise OSError("no zygote here")

    monkeypatch.setattr(zygotes, "connect", refuse)
    monkeypatch.setattr(forking, "_said", set())
    assert ["ready", "ready"] == [await start(manager) for manager in managers]
    assert not isinstance(managers[0].provisioner.process, ForkedProcess)  # type: ignore[union-attr]  # started
    assert 1 == sum("no zygote here" in record.getMessage() for record in caplog.records)


async def test_many_at_once_all_answer_and_leave_nothing_behind() -> None:
    made = [AsyncKernelManager(kernel_name="sandbox") for _ in range(8)]
    before = set(os.listdir("/proc/self/fd"))
    answers = await asyncio.gather(*(start(manager) for manager in made))
    assert ["ready"] * 8 == answers
    pids = [process_of(manager).pid for manager in made]
    await asyncio.gather(*(manager.shutdown_kernel() for manager in made))
    assert [] == [pid for pid in pids if psutil.pid_exists(pid)]
    assert [] == [child for child in psutil.Process().children() if child.status() == psutil.STATUS_ZOMBIE]
    (state,) = await zygotes.tell_all(Ask())
    assert 0 == state.running
    assert len(set(os.listdir("/proc/self/fd")) - before) <= 8 + 8  # zmq keeps its own few per context
