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


async def test_a_directory_is_compiled_at_a_level_that_shows_it_read_only(tmp_path: Path) -> None:
    """Without a sandbox: the host's own files and the network are out of reach of what is tried."""
    if why := missing_for("fence"):
        pytest.skip(f"this machine has no 'fence': {why}")
    project, secret = tmp_path / "project", tmp_path / "secret.txt"
    (project / "pack").mkdir(parents=True)
    secret.write_text("mine")
    (project / "data.csv").write_text("1,2\n")
    (project / "pack" / "__init__.py").write_text("from pack.part import y\nprint(y)\n")
    (project / "pack" / "part.py").write_text("import pack\ny = pack.__name__\n")
    (project / "top.py").write_text(
        "import os, socket\n"
        "def tried(action):\n"
        "    try: action()\n"
        "    except OSError: return 'refused'\n"
        "    return 'done'\n"
        f"print(tried(lambda: open({str(secret)!r})), tried(lambda: open('made', 'w')), open('data.csv').read().strip(),\n"
        "      tried(lambda: socket.create_connection(('127.0.0.1', 9), timeout=1)), 'JUPYTER_DATA_DIR' in os.environ)\n"
    )
    async with SandboxManager() as manager:
        report = await manager.compile_project(project, cache=tmp_path / "cache.json", isolation="fence")
        again = await manager.compile_project(project, cache=tmp_path / "cache.json", isolation="fence")
    assert (True, {"pack", "pack.part", "top"}) == (report.ok, set(report.artifacts))
    assert (("pack", "pack.part"),) == report.groups
    assert "refused refused 1,2 refused False" in report.output
    assert [(0, 3), (3, 0)] == [(one.cache_hits, one.tried) for one in (report, again)]
    assert not (project / "made").exists()


async def test_a_text_and_a_file_are_compiled_without_a_sandbox(tmp_path: Path) -> None:
    (tmp_path / "cart.py").write_text("import shop\nprint(shop.x)\n")
    (tmp_path / "shop.py").write_text("x = 7\n")
    async with SandboxManager() as manager:
        assert "7\n" == (await manager.compile_file(tmp_path / "cart.py")).output
        report = await manager.compile_source("import os\nos.system('true')\n", profile="strict")
        assert ["'os.system' is not allowed in this sandbox (profile 'strict')"] == [
            found.message for _, found in report.errors
        ]
        stopped = await manager.compile_source("while True: pass\n", timeout_s=0.5)
        assert "importing 'module' did not finish within 0.5 s" == stopped.errors[0][1].message
        with pytest.raises(ValueError, match="is no directory; give the one that holds the modules"):
            await manager.compile_project(tmp_path / "cart.py")


async def test_the_files_of_a_sandbox_are_compiled_as_far_as_they_changed(
    sandboxes: SandboxManager, tmp_path: Path
) -> None:
    directory = tmp_path / "till"
    sandbox = await sandboxes.create("till", directory=directory, modules={"shop": "x = 1\n", "cart": "import shop\n"})
    first = await sandbox.compile_files()
    (directory / "shop.py").write_text("x = 2\nprint(x)\n")
    second = await sandbox.compile_files()
    (directory / "shop.py").write_text("x = )\n")
    third = await sandbox.compile_files()
    assert [(True, 2), (True, 2), (False, 0)] == [(one.ok, one.tried) for one in (first, second, third)]
    assert ([], ["shop"]) == (second.modules[0].imports[1:], second.modules[0].imports)
    assert 1 == (await sandbox.snapshot()).modules[1].live


async def test_a_history_moves_to_another_sandbox_as_one_file(sandboxes: SandboxManager, tmp_path: Path) -> None:
    till = await sandboxes.create("till", modules={"shop": "x = 1\n", "cart": "import shop\n"})
    await till.hot_reload_all({"shop": "x = 2\n", "cart": "import shop\ny = shop.x\n"}, note="both")
    await till.tag("shop", "works")
    lines = await till.export_history(tmp_path / "history.jsonl")
    copy = await sandboxes.create("copy")
    assert (len((tmp_path / "history.jsonl").read_text().splitlines()), 4) == (
        lines,
        await copy.import_history(tmp_path / "history.jsonl"),
    )
    assert "2" == (await copy.run("import cart; cart.y")).text
    assert {"cart": 1, "shop": 1} == (await copy.undo()).versions
    assert {"cart": 2, "shop": 2} == (await copy.redo()).versions
    assert ["works"] == (await copy.history("shop")).versions[0].tags
    assert [] == [path.name for path in Path(copy.info().directory).glob(".history-*")]


async def test_an_older_change_set_is_taken_back_as_one(sandboxes: SandboxManager) -> None:
    till = await sandboxes.create("till", modules={"shop": "x = 1\n", "cart": "y = 1\n"})
    await till.hot_reload_all({"shop": "x = 2\n", "cart": "y = 2\n"})
    await till.hot_reload("tax", "z = 1\n")
    (change,) = [one for one in await till.timeline() if one.versions == {"shop": 2, "cart": 2}]
    assert {"shop": 1, "cart": 1} == (await till.undo(change.id)).versions
    assert "(1, 1, 1)" == (await till.run("import shop, cart, tax; (shop.x, cart.y, tax.z)")).text
    newest = (await till.timeline(limit=1))[0]
    assert ("rollback", f"took change {change.id} back") == (newest.kind, newest.note)
    found = await till.bisect("shop", "shop.x < 2")
    assert ("every version that was checked passes, the newest too", 0) != (found.summary, found.first_bad)


async def test_a_rollback_by_the_host_brings_the_state_of_then_back(sandboxes: SandboxManager) -> None:
    box = (
        "from sandbox_kernel import ChildSpec, Reply, Supervisor, Worker\n"
        "class Box(Worker):\n"
        "    def init(self): return {'n': 0}\n"
        "    def handle_call(self, request, sender, state):\n"
        "        state = {'n': state['n'] + STEP}\n"
        "        return Reply(state['n'], state)\n"
        "def tree(): return Supervisor([ChildSpec('box', Box, name='box')])\n"
        "STEP = "
    )
    sandbox = await sandboxes.create("till", modules={"box": f"{box}1\n"}, supervisor="box:tree")
    ask = "from sandbox_kernel import call; call('box', None)"
    assert ["1", "2"] == [(await sandbox.run(ask)).text for _ in range(2)]
    await sandbox.hot_reload("box", f"{box}10\n")
    assert ["12", "22"] == [(await sandbox.run(ask)).text for _ in range(2)]
    await sandbox.rollback("box", "-1", with_state=True)
    assert "3" == (await sandbox.run(ask)).text
