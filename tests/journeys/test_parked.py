"""Kernels that the fork server keeps parked in their jails: a notebook takes one, and it is that notebook's kernel."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from jupyter_client.manager import AsyncKernelManager

from sandbox_kernel.host import forking, zygotes
from sandbox_kernel.host.exits import until_exit
from sandbox_kernel.host.manager import SandboxManager
from sandbox_kernel.host.warm import fork_server, park
from sandbox_kernel.isolation.levels import choose
from sandbox_kernel.zygote.protocol import Ask, End, State

if sys.platform != "linux" or choose().level != "jail":
    pytest.skip("kernels are parked in jails", allow_module_level=True)

pytestmark = pytest.mark.kernel
PATIENCE_S = 60.0


@pytest.fixture(autouse=True)
async def runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))
    monkeypatch.setenv(zygotes.PLACE, str(tmp_path / "zygotes"))
    monkeypatch.setenv(forking.START, "zygote")
    forking._none_before.clear()
    yield
    for state in await zygotes.tell_all(End()):
        await until_exit(state.pid)


@pytest.fixture
async def managers() -> AsyncIterator[list[AsyncKernelManager]]:
    made: list[AsyncKernelManager] = []
    yield made
    for manager in made:
        if manager.provisioner is not None:
            await manager.shutdown_kernel(now=True)


async def state() -> State:
    (only,) = await zygotes.tell_all(Ask())
    return only


async def children() -> set[int]:
    return {child.pid for child in psutil.Process((await state()).pid).children(recursive=True)}


async def parked(count: int = 1) -> set[int]:
    """Waits until so many are ready; the keepers and kernels below the fork server then."""
    async with asyncio.timeout(PATIENCE_S):
        while (await state()).parked < count:  # noqa: ASYNC110 another process makes them
            await asyncio.sleep(0.02)
    return await children()


async def run(manager: AsyncKernelManager, code: str) -> str:
    """What the code prints."""
    printed: list[str] = []

    def collect(message: dict[str, Any]) -> None:  # Any: a Jupyter message
        if message["msg_type"] == "stream":
            printed.append(message["content"]["text"])

    client = manager.client()
    client.start_channels()
    try:
        await client.wait_for_ready(timeout=PATIENCE_S)
        reply = await client.execute_interactive(code, output_hook=collect, timeout=PATIENCE_S)
    finally:
        client.stop_channels()
    assert "ok" == reply["content"]["status"], reply["content"]
    return "".join(printed).strip()


async def notebook(managers: list[AsyncKernelManager], folder: Path, name: str, **env: str) -> AsyncKernelManager:
    """The kernel of a notebook, as a Jupyter server starts it."""
    path = folder / f"{name}.ipynb"
    path.write_text("{}")
    manager = AsyncKernelManager(kernel_name="sandbox")
    managers.append(manager)
    await manager.start_kernel(cwd=str(folder), env={**os.environ, "JPY_SESSION_NAME": str(path), **env})
    return manager


def kernel_of(manager: AsyncKernelManager) -> int:
    return int(manager.provisioner.pid)  # type: ignore[union-attr]  # started


async def test_a_notebook_takes_a_kernel_that_was_parked_and_the_next_one_is_parked(
    managers: list[AsyncKernelManager], tmp_path: Path
) -> None:
    first = await notebook(managers, tmp_path, "first")
    waiting = await parked()
    second = await notebook(managers, tmp_path, "second")
    assert kernel_of(first) in waiting  # it was forked for the asking and runs still
    assert kernel_of(second) in waiting
    assert "2" == await run(second, "print(1 + 1)")
    assert kernel_of(second) != kernel_of(first)
    assert await parked() > {kernel_of(first), kernel_of(second)}


IDENTITY = """
import os, random, uuid, secrets, tempfile, multiprocessing
kernel = get_ipython().kernel
print(random.random(), uuid.uuid4(), secrets.token_hex(8), next(tempfile._get_candidate_names()), kernel.ident,
      kernel.session.session, kernel.session.key.decode(), multiprocessing.current_process().authkey.hex(), os.getuid())
"""


async def test_parked_siblings_share_no_seed_key_or_identity(
    managers: list[AsyncKernelManager], tmp_path: Path
) -> None:
    assert await fork_server()
    assert 2 == await park(2)
    one, two = [
        (await run(await notebook(managers, tmp_path, name), IDENTITY)).split()[:-1] for name in ("first", "second")
    ]
    assert 8 == len(one) == len(two)
    assert set() == set(one) & set(two)


SCAN = """
import re
found = 0
with open("/proc/self/mem", "rb", 0) as memory:
    for line in open("/proc/self/maps"):
        span, rights = line.split()[:2]
        low, high = (int(end, 16) for end in span.split("-"))
        if rights.startswith("rw"):
            memory.seek(low)
            found += len(re.findall(rb"told[-]to[-]one[-][0-9]+", memory.read(high - low)))
print(found)
"""


async def test_nothing_that_one_was_told_is_in_the_memory_of_the_next(
    managers: list[AsyncKernelManager], tmp_path: Path
) -> None:
    secret = {"COURSE": "told-to-one-42", "SANDBOX_KERNEL_ENV": "COURSE"}
    first = await notebook(managers, tmp_path, "first", **secret)
    await parked()
    second = await notebook(managers, tmp_path, "second")
    assert "0" != await run(first, SCAN)
    assert "0" == await run(second, SCAN)


STATE = """
import os, resource, sys
from pathlib import Path
shell = get_ipython()
print(os.getcwd(), os.environ["SANDBOX_KERNEL_DIR"], shell.execution_count, len(shell.history_manager.input_hist_raw))
print(sorted(name for name in shell.user_ns if not name.startswith("_")), shell.user_ns.get("_"))
print(resource.getrlimit(resource.RLIMIT_CORE), os.environ["COURSE"], "SECRET" in os.environ)
print(sorted(path.suffix for path in Path(shell.starting_dir).iterdir()))
"""


async def test_a_claimed_kernel_is_as_one_that_was_forked_for_the_asking(
    managers: list[AsyncKernelManager], tmp_path: Path
) -> None:
    folder = tmp_path / "course"
    folder.mkdir()
    told = []
    for name in ("first-notebook", "second-notebook"):
        env = {"COURSE": "algebra", "SANDBOX_KERNEL_ENV": "COURSE", "SECRET": "s"}
        manager = await notebook(managers, folder, name, **env)
        told.append((await run(manager, STATE)).replace(name, "NAME"))
        await manager.shutdown_kernel(now=True)
        (folder / f"{name}.ipynb").unlink()
        await parked()
    assert told[0] == told[1]


FILES = """
import os
from pathlib import Path
own = Path(os.environ["SANDBOX_KERNEL_DIR"])
(own / "mine.txt").write_text("mine")
(own / "sub").mkdir()
os.rename(own / "mine.txt", own / "sub" / "moved.txt")
print((own / "sub" / "moved.txt").read_text(), sorted(os.listdir(own.parent)), Path("data.csv").read_text())
for path in (own.parent / "beside.txt", Path("beside.txt"), Path("data.csv"), Path("/beside.txt"), Path("/etc/beside.txt")):
    try:
        path.write_text("x")
        print("written", path)
    except OSError as error:
        print(type(error).__name__)
"""


def places() -> list[Path]:
    """Where a folder can be made: the temporary directory, which every jail may write to below, and another one."""
    others = (Path("/srv"), Path("/opt"), Path("/var/lib"), Path.home(), Path.cwd())
    private = ("/tmp", "/home", "/dev")
    found = [place for place in others if os.access(place, os.W_OK) and not str(place).startswith(private)]
    return [Path("/tmp"), *found[:1]]


@pytest.mark.parametrize("place", places(), ids=str)
async def test_it_writes_to_its_own_directory_and_sees_no_other_sandbox(
    managers: list[AsyncKernelManager], place: Path
) -> None:
    with tempfile.TemporaryDirectory(dir=place) as made:
        folder = Path(made)
        folder.chmod(0o755)
        (folder / "data.csv").write_text("1,2")
        await notebook(managers, folder, "first")
        waiting = await parked()
        second = await notebook(managers, folder, "second")
        assert kernel_of(second) in waiting
        first, *refused = (await run(second, FILES)).splitlines()
        assert "mine ['second'] 1,2" == first
        assert 5 == len(refused)
        assert {"PermissionError", "OSError"} >= set(refused)
        assert "mine" == (folder / "sandboxes" / "second" / "sub" / "moved.txt").read_text()
        for manager in managers:
            await manager.shutdown_kernel(now=True)


async def test_a_module_of_a_claimed_kernel_is_compiled_and_comes_back_after_a_restart(
    managers: list[AsyncKernelManager], tmp_path: Path
) -> None:
    await notebook(managers, tmp_path, "first")
    await parked()
    second = await notebook(managers, tmp_path, "second")
    module = "get_ipython().run_cell_magic('sandbox_module', 'till', 'def price(): return 7')"
    assert (await run(second, f"{module}\nimport till\nprint(till.price())")).endswith("7")
    await parked()
    await second.restart_kernel(now=True)
    assert "7" == await run(second, "import till; print(till.price())")


async def test_other_limits_are_another_kind(managers: list[AsyncKernelManager], tmp_path: Path) -> None:
    await notebook(managers, tmp_path, "first")
    waiting = await parked()
    limits = json.dumps({"memory_mb": 777})
    other = await notebook(managers, tmp_path, "other", SANDBOX_KERNEL_LIMITS=limits)
    assert kernel_of(other) not in waiting
    assert "777" == await run(other, "import resource; print(resource.getrlimit(resource.RLIMIT_DATA)[1] >> 20)")


async def test_a_program_takes_a_parked_kernel_and_its_limits_hold_and_it_leaves_none(
    managers: list[AsyncKernelManager], tmp_path: Path
) -> None:
    limits = {"disk_mb": 32}
    await notebook(managers, tmp_path, "first", SANDBOX_KERNEL_LIMITS=json.dumps(limits))
    waiting = await parked()
    async with SandboxManager() as manager:
        second = await manager.create("second", directory=tmp_path / "second", limits=limits)
        assert second.info().pid in waiting
        text = f"open({str(tmp_path / 'second' / 'much')!r}, 'wb').write(bytes(40 << 20))\nimport time; time.sleep(60)"
        result = await second.run(text, timeout_s=50)
        assert not result.ok
        assert "it used more than 32 MB of disk" in str(result.error)


async def test_for_a_program_alone_none_is_parked(tmp_path: Path) -> None:
    async with SandboxManager() as manager:
        await manager.create("first", directory=tmp_path / "first")
        assert (0, False) == ((await state()).parked, (await state()).parking)


async def test_parked_kernels_end_with_their_fork_server_even_if_it_is_killed(
    managers: list[AsyncKernelManager], tmp_path: Path
) -> None:
    first = await notebook(managers, tmp_path, "first")
    waiting = await parked()
    keeper = psutil.Process(kernel_of(first)).parent()
    assert keeper is not None
    running = {keeper.pid, *(each.pid for each in keeper.children(recursive=True))}
    os.kill((await state()).pid, signal.SIGKILL)
    for pid in waiting - running:
        async with asyncio.timeout(PATIENCE_S):
            await until_exit(pid)
    assert "2" == await run(first, "print(1 + 1)")


async def test_a_class_is_parked_ahead_and_goes_when_the_fork_server_is_told_to_end(tmp_path: Path) -> None:
    assert await fork_server()
    assert 3 == await park(3)
    waiting = await children()
    assert 3 == (await state()).parked
    for each in await zygotes.tell_all(End()):
        await until_exit(each.pid)
    assert set() == {pid for pid in waiting if psutil.pid_exists(pid)}
