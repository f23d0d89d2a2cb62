"""The host API with real sandboxes: what a program that embeds them goes through."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest

from sandbox_kernel import SandboxManager
from sandbox_kernel.errors import (
    CompileError,
    ExecutionError,
    KernelDied,
    LimitExceeded,
    MigrationError,
    ModuleNotFound,
    SandboxExists,
    SandboxNotFound,
    StartError,
    VersionNotFound,
)
from sandbox_kernel.host import kernel as kernels
from sandbox_kernel.host.status import RestartPolicy

pytestmark = pytest.mark.kernel

TILL = "count = 0\n\n\ndef price():\n    return 1\n"
DEARER = TILL.replace("return 1", "return 2")


@pytest.fixture(autouse=True)
def runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))


@pytest.fixture
async def manager() -> AsyncIterator[SandboxManager]:
    async with SandboxManager() as manager:
        yield manager


async def test_a_sandbox_is_created_used_and_destroyed_with_its_temporary_directory(manager: SandboxManager) -> None:
    till = await manager.create("till", modules={"till": TILL})
    info = till.info()
    assert ("running", True) == (info.status, psutil.pid_exists(info.pid))
    result = await till.run("import till\nprint('hello')\ntill.price()")
    assert ("hello\n", "1", None) == (result.stdout, result.text, result.error)
    await manager.destroy("till")
    assert [] == manager.list()
    assert [False, False] == [Path(info.directory).exists(), psutil.pid_exists(info.pid)]


async def test_live_state_survives_a_reload_and_a_rollback(manager: SandboxManager) -> None:
    till = await manager.create("till", modules={"till": TILL})
    await till.run("import till\ntill.count = 7")
    assert {"till": 2} == (await till.hot_reload("till", DEARER, note="dearer")).versions
    assert "(2, 7)" == (await till.run("till.price(), till.count")).text
    assert {"till": 1} == (await till.rollback("till", 1)).versions
    assert "(1, 7)" == (await till.run("till.price(), till.count")).text
    history = await till.history("till")
    assert (1, [2, 1]) == (history.live, [version.number for version in history.versions])
    assert DEARER == await till.source("till", 2)
    assert "+    return 2" in (await till.diff("till", 1, 2)).unified


async def test_a_source_that_does_not_compile_changes_nothing(manager: SandboxManager) -> None:
    till = await manager.create("till", modules={"till": TILL})
    with pytest.raises(CompileError) as caught:
        await till.hot_reload("till", "def price(:\n")
    assert ["till"] == [problem.module for problem in caught.value.diagnostics][:1]
    assert not (await till.check("till", "def price(:\n")).ok
    with pytest.raises(CompileError, match="'till' does not compile"):
        await till.compile("till", "def price(:\n")
    assert "1" == (await till.run("import till\ntill.price()")).text


async def test_unknown_modules_and_versions_are_told_apart(manager: SandboxManager) -> None:
    till = await manager.create("till", modules={"till": TILL})
    with pytest.raises(VersionNotFound, match="version 7 of 'till' does not exist; the newest is 1"):
        await till.rollback("till", 7)
    with pytest.raises(ModuleNotFound, match="this sandbox has no module 'shop'"):
        await till.history("shop")


async def test_bad_input_starts_nothing(manager: SandboxManager, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="is no name for a sandbox"):
        await manager.create("a/b")
    with pytest.raises(ValueError, match="is no module name"):
        await manager.create("till", modules={"1st": ""})
    (tmp_path / "file").write_text("")
    with pytest.raises(ValueError, match="is a file; a sandbox needs a directory"):
        await manager.create("till", directory=tmp_path / "file")
    with pytest.raises(ValueError, match="positive number of seconds"):
        await manager.create("till", timeout_s=0)
    with pytest.raises(SandboxNotFound, match="no sandbox is named 'till'; there are none; create one first"):
        await manager.destroy("till")
    assert [] == manager.list()


async def test_a_name_is_taken_once(manager: SandboxManager) -> None:
    await manager.create("till")
    with pytest.raises(SandboxExists, match="a sandbox named 'till' exists already"):
        await manager.create("till")


async def test_a_module_that_does_not_compile_leaves_no_sandbox_behind(manager: SandboxManager) -> None:
    before = psutil.Process().children()  # other tests' servers may run
    with pytest.raises(CompileError):
        await manager.create("till", modules={"till": "def ("})
    assert ([], []) == (manager.list(), [child for child in psutil.Process().children() if child not in before])


async def test_a_kernel_without_the_extension_is_a_failed_start_with_its_words(
    manager: SandboxManager, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = (kernels.KERNELSPECS / "sandbox" / "kernel.json").read_text()
    (tmp_path / "specs" / "sandbox").mkdir(parents=True)
    broken = spec.replace("--ext=sandbox_kernel", "--ext=no_such_extension")
    (tmp_path / "specs" / "sandbox" / "kernel.json").write_text(broken)
    monkeypatch.setattr(kernels, "KERNELSPECS", tmp_path / "specs")
    monkeypatch.setattr(kernels, "HELLO_GRACE_S", 0.2)
    with pytest.raises(StartError, match=r"came up without the sandbox extension: ModuleNotFoundError: .*no_such"):
        await manager.create("till")
    assert [] == manager.list()


async def test_a_directory_keeps_modules_and_history_for_the_next_sandbox(
    manager: SandboxManager, tmp_path: Path
) -> None:
    first = await manager.create("till", directory=tmp_path / "box", modules={"till": TILL})
    await first.hot_reload("till", DEARER)
    await manager.destroy("till")
    again = await manager.create("again", directory=tmp_path / "box")
    assert 2 == (await again.history("till")).total
    assert "2" == (await again.run("import till\ntill.price()")).text


async def test_a_directory_belongs_to_one_running_sandbox(manager: SandboxManager, tmp_path: Path) -> None:
    await manager.create("till", directory=tmp_path / "box")
    with pytest.raises(StartError, match="is in use by another running kernel"):
        await manager.create("second", directory=tmp_path / "box")
    assert ["till"] == [info.name for info in manager.list()]


async def test_code_that_raises_is_an_error_in_the_result(manager: SandboxManager) -> None:
    till = await manager.create("till")
    result = await till.run("print('before')\n1 / 0")
    assert isinstance(result.error, ExecutionError)
    assert ("before\n", "ZeroDivisionError", False) == (result.stdout, result.error.kind, result.ok)


async def test_a_function_runs_there_and_its_value_comes_back_as_text(manager: SandboxManager) -> None:
    till = await manager.create("till")
    assert "42" == (await till.run(lambda: 6 * 7)).text


async def test_code_over_its_time_is_interrupted_and_the_sandbox_goes_on(manager: SandboxManager) -> None:
    till = await manager.create("till")
    result = await till.run("x = 5\nprint('begun', flush=True)\nwhile True: pass", timeout_s=1)
    assert isinstance(result.error, LimitExceeded)
    assert ("begun\n", "wall_seconds") == (result.stdout, result.error.limit)
    assert "the code ran longer than 1 s and was interrupted; the sandbox goes on" == str(result.error)
    assert "5" == (await till.run("x")).text


async def test_code_that_ignores_an_interrupt_is_killed_and_restarted_by_policy(manager: SandboxManager) -> None:
    till = await manager.create("till", restart="on_crash")
    deaf = "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass"
    result = await till.run(deaf, timeout_s=1)
    assert "so the kernel was killed and is restarted with its modules" in str(result.error)
    assert "2" == (await till.run("1 + 1")).text


async def test_code_that_prints_without_end_is_stopped_with_what_it_printed_first(manager: SandboxManager) -> None:
    till = await manager.create("till", restart="on_crash")
    result = await till.run("while True: print('x' * 100)", timeout_s=60, output_limit_bytes=100_000)
    assert isinstance(result.error, LimitExceeded)
    assert ("output_bytes", True) == (result.error.limit, len(result.stdout) <= 100_000)
    assert "2" == (await till.run("1 + 1")).text


async def test_a_crash_stays_visible_and_a_restart_brings_the_modules_back(manager: SandboxManager) -> None:
    till = await manager.create("till", modules={"till": TILL})
    await till.hot_reload("till", DEARER)
    os.kill(till.info().pid, signal.SIGKILL)
    await till.wait_until("crashed")
    info = manager.info("till")
    assert ("crashed", 0) == (info.status, info.pid)
    assert info.reason.startswith("the kernel was ended by SIGKILL")
    with pytest.raises(KernelDied, match=r"ended \(signal 9\); restart it to get its modules back"):
        await till.run("1")
    await till.restart()
    assert ("running", 1, "") == (till.info().status, till.info().restarts, till.info().reason)
    assert "2" == (await till.run("import till\ntill.price()")).text
    assert 2 == (await till.history("till")).live


async def test_a_crash_during_a_run_is_the_error_of_that_run(manager: SandboxManager) -> None:
    till = await manager.create("till")
    result = await till.run("import os\nos._exit(3)")
    assert "the kernel of sandbox 'till' ended (exit status 3); restart it to get its modules back" == str(result.error)


async def test_crashes_are_mended_until_there_are_too_many(manager: SandboxManager) -> None:
    till = await manager.create("till", restart=RestartPolicy("on_crash", max_restarts=1))
    await till.run("import os\nos._exit(3)")
    assert "2" == (await till.run("1 + 1")).text
    await till.run("import os\nos._exit(4)")
    await till.wait_until("crashed")
    expected = "the kernel ended with exit status 4; not restarted: over 1 crashes in 60 s"
    assert expected == till.info().reason


async def test_one_sandboxs_crash_leaves_its_neighbour_alone(manager: SandboxManager) -> None:
    one, other = await manager.create("one"), await manager.create("other")
    long = asyncio.create_task(other.run("import time\nfor _ in range(10): time.sleep(0.01)\n'done'"))
    await one.run("import os\nos.kill(os.getpid(), 11)")
    assert "'done'" == (await long).text


async def test_questions_are_answered_while_code_runs(manager: SandboxManager) -> None:
    till = await manager.create("till", modules={"till": TILL})
    running = asyncio.create_task(till.run("import time\nprint('at it', flush=True)\ntime.sleep(60)", timeout_s=90))
    assert {"till": 2} == (await till.hot_reload("till", DEARER)).versions
    assert ["till"] == [module.name for module in (await till.snapshot()).modules]
    while not running.done():
        await till.interrupt()
        await asyncio.wait({running}, timeout=1)
    assert isinstance((await running).error, ExecutionError)


async def test_a_reload_is_an_event_for_every_subscriber(manager: SandboxManager) -> None:
    till = await manager.create("till")
    async with till.events() as events:
        await till.hot_reload("till", TILL)
        async with asyncio.timeout(30):
            async for event in events:
                if type(event).__name__ == "Reloaded":
                    break


async def test_many_are_made_run_changed_and_ended_at_once(manager: SandboxManager) -> None:
    made = await manager.create_many(["a", "b"], modules={"till": TILL}, at_once=2)
    assert {"a", "b"} == set(made)
    changed = await manager.hot_reload_many({"till": DEARER}, ["a", "nobody"])
    assert isinstance(changed["nobody"], SandboxNotFound)
    ran = await manager.run_many("import till\ntill.price()")
    assert {"a": "2", "b": "1"} == {name: getattr(result, "text", "") for name, result in ran.items()}
    assert {"a": None, "b": None} == await manager.destroy_many(made)


async def test_leaving_the_manager_ends_everything() -> None:
    async with SandboxManager() as manager:
        await manager.create("one")
        await manager.create("two")
        pids = [info.pid for info in manager.list()]
    assert [False, False] == [psutil.pid_exists(pid) for pid in pids]


async def test_the_plain_face_works_where_a_loop_is_running_already() -> None:
    with SandboxManager.sync() as manager:
        till = manager.create("till", modules={"till": TILL})
        assert "1" == till.run("import till\ntill.price()").text
        assert {"till": 2} == till.hot_reload("till", DEARER).versions
        assert ["till"] == [info.name for info in manager.list()]
        with pytest.raises(SandboxNotFound):
            manager.get("nobody")
        manager.destroy("till")


TANK = """\
from sandbox_kernel import ChildSpec, Reply, Supervisor, Worker


class Tank(Worker):
    def init(self):
        return {"litres": 7}

    def handle_call(self, request, sender, state):
        return Reply(state, state)


def tree():
    return Supervisor([ChildSpec("tank", Tank, name="tank")])
"""
ASK = "from sandbox_kernel import call\ncall('tank', 'state')"
UNITS = {"litres": "volume", "volume": "litres"}


def rename(state: dict[str, int], old: int, new: int) -> dict[str, int]:
    """Refers to a table of this module, which no sandbox can import."""
    return {UNITS[key]: value + new - old for key, value in state.items()}


async def test_a_state_handler_of_the_host_migrates_up_and_down_or_not_at_all(manager: SandboxManager) -> None:
    till = await manager.create("till", modules={"tank": TANK})
    await till.start_tree("tank:tree")
    applied = await till.hot_reload("tank", TANK.replace("litres", "volume"), state_handler=rename)
    assert ["tank"] == [each.name for each in applied.objects if each.action == "migrated"]
    assert "{'volume': 8}" == (await till.run(ASK)).text
    with pytest.raises(MigrationError, match=r"the state_handler raised KeyError: 'gallons' for the state of 'tank'"):
        await till.rollback("tank", 1, state_handler=lambda state, old, new: state["gallons"])
    assert "{'volume': 8}" == (await till.run(ASK)).text
    await till.rollback("tank", 1, state_handler=rename)
    assert "{'litres': 7}" == (await till.run(ASK)).text
