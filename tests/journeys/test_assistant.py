"""`jupyter sandbox mcp` as an assistant uses it: the official client, a process of its own, real sandboxes."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from mcp import Client, StdioServerParameters

pytestmark = pytest.mark.kernel

COUNTER = "count = 0\n\ndef step():\n    return 1\n"


@asynccontextmanager
async def assistant(*options: str) -> AsyncIterator[Client]:
    command = ["-m", "sandbox_kernel.host.cli", "mcp", *options]
    async with Client(StdioServerParameters(command=sys.executable, args=command)) as client:
        yield client


async def ask(client: Client, tool: str, **arguments: object) -> str:
    answer = await client.call_tool(tool, arguments)
    text = "\n".join(part.text for part in answer.content)
    return f"refused: {text.removeprefix(f'Error executing tool {tool}: ')}" if answer.is_error else text


async def test_an_assistant_creates_edits_looks_back_and_rolls_back() -> None:
    async with assistant() as client:
        assert "runs at isolation level" in await ask(
            client, "create_sandbox", name="lab", modules={"counter": COUNTER}
        )
        assert "hello\n42" == await ask(client, "run_code", sandbox="lab", code="print('hello')\n6 * 7")
        await ask(client, "run_code", sandbox="lab", code="import counter; counter.count = 7")
        edited = COUNTER.replace("return 1", "return 2")
        summary = await ask(client, "apply_module", sandbox="lab", module="counter", source=edited, note="twice")
        assert "counter v2 is live" in summary
        assert "(7, 2)" == await ask(client, "run_code", sandbox="lab", code="counter.count, counter.step()")
        refused = await ask(client, "apply_module", sandbox="lab", module="counter", source="def step(:\n")
        assert refused.startswith("refused: ")
        assert "line 1" in refused
        history = await ask(client, "history", sandbox="lab", module="counter")
        newest, live, _ = history.splitlines()
        assert newest.startswith("v3: rejected by host, ")
        assert "v2 (live): live by host, twice" == live
        assert "+    return 2" in await ask(client, "diff", sandbox="lab", module="counter", left=1, right=2)
        assert "v1" in await ask(client, "roll_back", sandbox="lab", module="counter", version=1)
        assert "(7, 1)" == await ask(client, "run_code", sandbox="lab", code="counter.count, counter.step()")
        assert COUNTER == await ask(client, "module_source", sandbox="lab", module="counter", version=1)


async def test_a_crash_is_told_and_a_restart_brings_the_modules_back() -> None:
    async with assistant() as client:
        await ask(client, "create_sandbox", name="lab", modules={"counter": COUNTER})
        assert (await ask(client, "run_code", sandbox="lab", code="import os; os._exit(1)")).startswith(
            "refused: the kernel"
        )
        assert "crashed" in await ask(client, "list_sandboxes")
        assert "runs again" in await ask(client, "restart_sandbox", sandbox="lab")
        assert "1" == await ask(client, "run_code", sandbox="lab", code="import counter; counter.step()")
        assert "is gone" in await ask(client, "destroy_sandbox", sandbox="lab")
        assert (await ask(client, "run_code", sandbox="lab", code="1")).startswith("refused: no sandbox is named 'lab'")


async def test_what_it_runs_is_inside_the_isolation(tmp_path: Path) -> None:
    async with assistant() as client:
        await ask(client, "create_sandbox", name="lab")
        answer = await ask(
            client, "run_code", sandbox="lab", code=f"open({str(tmp_path / 'escaped')!r}, 'w').write('x')"
        )
    assert answer.startswith("refused: ")
    assert [] == list(tmp_path.iterdir())


async def test_a_directory_keeps_the_history_for_the_next_connection(tmp_path: Path) -> None:
    for number in (1, 2):
        async with assistant("--directory", str(tmp_path)) as client:
            await ask(client, "create_sandbox", name="lab", modules={"counter": COUNTER + f"# {number}\n"})
            history = await ask(client, "history", sandbox="lab", module="counter")
    assert ["v2 (live)", "v1"] == [line.split(":")[0] for line in history.splitlines()]


async def test_every_tool_says_what_it_is_for() -> None:
    async with assistant() as client:
        tools = (await client.list_tools()).tools
    assert 13 == len(tools)
    assert all(tool.description for tool in tools)


async def test_the_page_names_every_tool() -> None:
    page = (Path(__file__).parents[2] / "docs" / "assistants.md").read_text(encoding="utf-8")
    async with assistant() as client:
        names = [tool.name for tool in (await client.list_tools()).tools]
    assert [] == [name for name in names if f"`{name}" not in page]
