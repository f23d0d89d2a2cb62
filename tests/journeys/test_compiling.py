"""What the host decided about a sandbox holds for the trial imports of its modules: level, limits, profile, retention."""

from __future__ import annotations

import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sandbox_kernel.errors import CompileError
from sandbox_kernel.host.manager import SandboxManager
from sandbox_kernel.isolation.levels import missing_for
from sandbox_kernel.isolation.spec import LEVELS, Level

pytestmark = [pytest.mark.kernel, pytest.mark.skipif(sys.platform != "linux", reason="isolation levels are for Linux")]


@pytest.fixture(autouse=True)
def _own_data_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "data"))


@pytest.fixture
async def sandboxes() -> AsyncIterator[SandboxManager]:
    async with SandboxManager() as manager:
        yield manager


@pytest.mark.parametrize("level", LEVELS)
async def test_a_trial_import_is_held_by_the_level_of_its_sandbox(
    sandboxes: SandboxManager, tmp_path: Path, level: Level
) -> None:
    if why := missing_for(level):
        pytest.skip(f"this machine has no '{level}': {why}")
    (tmp_path / "secret.txt").write_text("mine")
    source = (
        "import os, resource, socket\n"
        "def tried(action):\n"
        "    try: action()\n"
        "    except OSError: return 'refused'\n"
        "    return 'done'\n"
        "print(tried(lambda: socket.create_connection(('127.0.0.1', {port}), timeout=5)),\n"
        "      tried(lambda: open({path!r})), resource.getrlimit(resource.RLIMIT_FSIZE)[1] >> 20)\n"
    )
    listening = socket.create_server(("127.0.0.1", 0))
    with listening:
        source = source.format(port=listening.getsockname()[1], path=str(tmp_path / "secret.txt"))
        sandbox = await sandboxes.create("till", isolation=level, limits={"file_mb": 7})
        checked = await sandbox.check("cart", source)
    outcome = "refused refused" if level in ("fence", "jail") else "done done"
    assert (True, f"{outcome} 7\n") == (checked.ok, checked.output)


async def test_the_limits_of_a_sandbox_hold_for_a_trial_import(sandboxes: SandboxManager) -> None:
    sandbox = await sandboxes.create("till", limits={"memory_mb": 300, "cell_seconds": 1.0, "processes": 40})
    told = {
        "x = bytearray(400 << 20)\n": "importing 'cart' needs more memory than it may have",
        "while True: pass\n": "importing 'cart' did not finish within 1 s",
        "import threading, time\nfor _ in range(60): threading.Thread(target=time.sleep, args=(9,)).start()\n": "",
    }
    for source, message in told.items():
        checked = await sandbox.check("cart", source)
        assert not checked.ok
        assert any(problem.message.startswith(message) for problem in checked.problems)
    assert "2" == (await sandbox.run("1 + 1")).text


async def test_a_profile_refuses_a_module_with_a_next_step_and_nothing_is_loaded(sandboxes: SandboxManager) -> None:
    profile = {"name": "week 1", "denied_modules": ["*"], "allowed_modules": ["math", "random"]}
    sandbox = await sandboxes.create("till", profile=profile, modules={"shop": "import math\nRATE = math.pi\n"})
    with pytest.raises(CompileError) as refused:
        await sandbox.hot_reload("cart", "import shop\nimport subprocess\n")
    (found,) = [one for one in refused.value.diagnostics if one.code == "forbidden"]
    assert "'subprocess' is not allowed in this sandbox (profile 'week 1')" == found.message
    assert ("use what is allowed (math, random), or ask for another profile", 2) == (found.hint, found.line)
    assert "False" == (await sandbox.run("import sys; 'cart' in sys.modules")).text


async def test_only_so_many_versions_stay_where_that_was_asked_for(sandboxes: SandboxManager, tmp_path: Path) -> None:
    directory = tmp_path / "till"
    sandbox = await sandboxes.create("till", directory=directory, keep_versions=2)
    for number in range(5):
        await sandbox.hot_reload("cart", f"x = {number}\n")
    assert 5 == len((await sandbox.history("cart")).versions)
    await sandbox.restart()
    assert [5, 4] == [version.number for version in (await sandbox.history("cart")).versions]


async def test_the_first_edit_finds_its_worker_waiting(sandboxes: SandboxManager, tmp_path: Path) -> None:
    """It was forked from the kernel before that had threads, and is inside whatever holds the kernel."""
    if why := missing_for("jail"):
        pytest.skip(f"this machine has no 'jail': {why}")
    sandbox = await sandboxes.create("till", directory=tmp_path / "till", isolation="jail")
    code = "import os\n[int(p) for p in os.listdir('/proc') if p.isdigit() and int(p) > os.getpid()]"
    waiting = (await sandbox.run(code)).text
    checked = await sandbox.check("cart", "import os\nprint(os.getppid())\n")
    assert waiting == f"[{checked.output.strip()}]"
