"""Every limit, hit by a real kernel: what the code gets, what the host's events say, and that the sandbox is there again."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from sandbox_kernel import wire
from sandbox_kernel.errors import ExecutionError, LimitExceeded
from sandbox_kernel.host import audit
from sandbox_kernel.host.manager import SandboxManager
from sandbox_kernel.host.sandbox import Sandbox
from sandbox_kernel.host.status import LimitReached, SandboxEvent, StatusChanged, UsageChanged
from sandbox_kernel.isolation.levels import missing_for

pytestmark = [
    pytest.mark.kernel,
    pytest.mark.skipif(sys.platform != "linux" or bool(missing_for("jail")), reason="this machine has no jail"),
]


@pytest.fixture(autouse=True)
def _own_data_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "data"))


@dataclass
class Stage:
    """A manager that restarts what crashes, and the events of its sandboxes."""

    manager: SandboxManager
    closing: AsyncExitStack
    events: dict[str, AsyncIterator[SandboxEvent]] = field(default_factory=dict)

    async def sandbox(self, **limits: Any) -> Sandbox:  # Any: JSON
        made = await self.manager.create("s", isolation="jail", limits={"profile": "strict", **limits}, timeout_s=60)
        self.events["s"] = await self.closing.enter_async_context(made.events())
        return made

    async def limit(self) -> tuple[str, float, str]:
        """The next limit that an event tells of."""
        async for event in self.events["s"]:
            if isinstance(event, LimitReached):
                return event.limit, event.allowed, event.sentence
        raise AssertionError("the sandbox is gone")


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with SandboxManager(restart="on_crash") as manager, AsyncExitStack() as closing:
        yield Stage(manager, closing)


async def is_back(sandbox: Sandbox) -> None:
    assert "2" == (await sandbox.run("1 + 1", timeout_s=60)).text


def at_most(name: str, what: str) -> str:
    return f"stopped: it used more than {what}; restarted, 2 of 3 restarts left"


ENDED = {
    "disk_mb": (
        {"disk_mb": 20, "file_mb": 8},
        "for n in range(30):\n    open(f'f{n}', 'wb').write(bytes(4 << 20))\nimport time; time.sleep(60)",
        "20 MB of disk",
    ),
    "files": (
        {"files": 300},
        "for n in range(3000):\n    open(f'f{n}', 'w').close()\nimport time; time.sleep(60)",
        "300 files",
    ),
    "cpu_seconds": ({"cpu_seconds": 3, "cpus": 0}, "while True: pass", "3 s of CPU"),
}  # fmt: skip


@pytest.mark.parametrize("limit", ENDED)
async def test_a_limit_of_the_whole_sandbox_ends_it_with_a_sentence_and_it_comes_back(limit: str, stage: Stage) -> None:
    limits, code, what = ENDED[limit]
    sandbox = await stage.sandbox(**limits)
    await sandbox.hot_reload("cart", "price = 7")
    result = await sandbox.run(code, timeout_s=60)
    sentence = f"stopped: it used more than {what}; restarted, 2 of 3 restarts left"
    expected = (limit, float(limits[limit]), sentence)
    assert isinstance(result.error, LimitExceeded)
    assert expected == (result.error.limit, result.error.allowed, str(result.error))
    assert expected == await stage.limit()
    assert "7" == (await sandbox.run("import cart; cart.price", timeout_s=60)).text
    assert "started" in [entry["what"] for entry in audit.entries("s")]


async def test_memory_of_many_processes_is_held_together_and_told(stage: Stage) -> None:
    """A cgroup ends the largest process, the watchdog all of them: whichever it is, it is told and the sandbox is there."""
    sandbox = await stage.sandbox(memory_mb=256)
    fill = (
        "if os.fork() == 0:\n        held = bytearray(b'x') * (60 << 20)\n        time.sleep(60)\n        os._exit(0)"
    )
    code = f"import os, time\nfor _ in range(6):\n    {fill}\nos.wait()\nos.system('sleep 1')"
    await sandbox.run(code, timeout_s=60)
    limit, allowed, sentence = await stage.limit()
    assert ("memory_mb", 256.0) == (limit, allowed)
    assert "used more than 256 MB of memory" in sentence
    await is_back(sandbox)


HELD = {
    "memory_mb": ({"memory_mb": 256}, "bytearray(300 << 20)", "MemoryError"),
    "processes": (
        {"processes": 24},
        "import os, time\nfor _ in range(60):\n    if os.fork() == 0:\n        time.sleep(60)",
        "BlockingIOError",
    ),
    "open_files": ({"open_files": 96}, "held = [open('/dev/null') for _ in range(200)]", "OSError"),
    "file_mb": ({"file_mb": 4}, "with open('big', 'wb') as file: file.write(bytes(6 << 20))", "OSError"),
    "tmp_mb": ({"tmp_mb": 4}, "with open('/tmp/big', 'wb') as file: file.write(bytes(6 << 20))", "OSError"),
}  # fmt: skip


@pytest.mark.parametrize("limit", HELD)
async def test_a_limit_of_one_process_is_an_error_of_the_code_and_the_sandbox_goes_on(limit: str, stage: Stage) -> None:
    limits, code, kind = HELD[limit]
    sandbox = await stage.sandbox(**limits)
    result = await sandbox.run(code, timeout_s=60)
    assert isinstance(result.error, ExecutionError)
    assert kind == result.error.kind
    pid = sandbox.info().pid
    await is_back(sandbox)
    assert pid == sandbox.info().pid


async def test_a_cell_over_its_time_is_interrupted_and_told(stage: Stage) -> None:
    sandbox = await stage.sandbox(cell_seconds=1)
    result = await sandbox.run("while True: pass")
    sentence = "the code ran longer than 1 s and was interrupted; the sandbox goes on"
    assert sentence == str(result.error)
    assert ("wall_seconds", 1.0, sentence) == await stage.limit()
    await is_back(sandbox)


async def test_a_cell_that_takes_no_interrupt_is_ended_and_told(stage: Stage) -> None:
    sandbox = await stage.sandbox(cell_seconds=1)
    code = "import time\nwhile True:\n    try:\n        time.sleep(60)\n    except KeyboardInterrupt: pass"
    result = await sandbox.run(code)
    told = "the code ran longer than 1 s and did not stop when interrupted, so the kernel was killed"
    assert f"{told} and is restarted with its modules" == str(result.error)
    assert ("wall_seconds", 1.0, f"stopped: {told}; restarted, 2 of 3 restarts left") == await stage.limit()
    await is_back(sandbox)


async def test_output_over_its_limit_is_interrupted_and_told(stage: Stage) -> None:
    sandbox = await stage.sandbox(output_mb=1)
    result = await sandbox.run("while True: print('x' * 100_000)", timeout_s=60)
    sentence = "the code printed over 1,048,576 bytes and was interrupted; the sandbox goes on"
    assert sentence == str(result.error)
    assert ("output_bytes", float(1 << 20), sentence) == await stage.limit()
    assert sandbox.usage().output_bytes > 1 << 20
    await is_back(sandbox)


async def test_messages_over_their_limit_are_interrupted_and_told(stage: Stage) -> None:
    sandbox = await stage.sandbox(output_messages=100)
    result = await sandbox.run("while True: display(1)", timeout_s=60)
    assert "the code sent over 100 messages and was interrupted; the sandbox goes on" == str(result.error)
    assert "output_messages" == (await stage.limit())[0]
    await is_back(sandbox)


async def test_a_sandbox_that_nobody_uses_is_ended_and_told(stage: Stage) -> None:
    sandbox = await stage.sandbox(idle_seconds=1)
    assert ("idle_seconds", 1.0) == (await stage.limit())[:2]
    await sandbox.wait_until("running", timeout_s=60)


TILL = """
from sandbox_kernel import ChildSpec, Supervisor, Worker

class Till(Worker):
    async def init(self):
        return 0

def tree():
    return Supervisor([ChildSpec("till", Till)], name="shop")
"""


async def test_a_kernel_that_does_not_answer_is_interrupted_then_ended_and_back_with_modules_and_tree(
    stage: Stage,
) -> None:
    sandbox = await stage.sandbox(unresponsive_seconds=1)
    await sandbox.hot_reload("shop", TILL)
    await sandbox.start_tree("shop:tree")
    hang = "import itertools; sum(itertools.repeat(1))"  # it holds the interpreter's lock and looks at no signal
    result = await sandbox.run(hang, timeout_s=120)
    sentence = "stopped: it did not answer for 1 s, nor when interrupted; restarted, 2 of 3 restarts left"
    assert sentence == str(result.error)
    assert ("unresponsive_seconds", 1.0, sentence) == await stage.limit()
    await sandbox.wait_until("running", timeout_s=60)
    (root,) = await sandbox.tree()
    assert ["till"] == [child.id for child in root.children]
    assert "Till" == (await sandbox.run("import shop; shop.Till.__name__", timeout_s=60)).text.strip("'")


async def test_what_a_busy_sandbox_uses_is_told(stage: Stage) -> None:
    sandbox = await stage.sandbox(cpus=0)
    await sandbox.run("held = bytearray(b'x') * (64 << 20)\nopen('data', 'wb').write(bytes(1 << 20))", timeout_s=60)
    async for event in stage.events["s"]:
        if not isinstance(event, UsageChanged):
            continue
        used = event.usage  # the first ones may be of the time before the cell
        if used.memory_bytes > 64 << 20 and used.disk_bytes >= 1 << 20 and used.cpu_seconds > 0:
            assert used.processes >= 1
            assert used.files > 1
            return


async def test_events_of_the_kernel_and_of_the_host_come_in_one_stream(stage: Stage) -> None:
    sandbox = await stage.sandbox()
    await sandbox.hot_reload("cart", "price = 1")
    await sandbox.restart(timeout_s=60)
    kinds = set()
    async for event in stage.events["s"]:
        kinds.add(type(event))
        if {wire.Reloaded, StatusChanged} <= kinds:
            return
