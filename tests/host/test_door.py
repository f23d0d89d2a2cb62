"""The manager's door: two words over a socket of this user's own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sandbox_kernel.errors import SandboxError, SandboxNotFound, WireError
from sandbox_kernel.host.door import LINE_LIMIT_BYTES, Door, knock


class Keeper:
    def __init__(self) -> None:
        self.done: list[str] = []

    async def restart(self, name: str) -> None:
        self.done.append(f"restart {name}")

    async def destroy(self, name: str) -> None:
        raise SandboxNotFound(name)


@pytest.fixture
def keeper() -> Keeper:
    return Keeper()


@pytest.fixture
async def door(keeper: Keeper, tmp_path: Path) -> AsyncIterator[Door]:
    door = Door(keeper)
    await door.open(tmp_path)
    yield door
    await door.close()


async def test_a_knock_is_carried_out(door: Door, keeper: Keeper) -> None:
    await knock(door.address, "restart", "till")
    assert ["restart till"] == keeper.done


async def test_a_refusal_comes_back_in_the_managers_words(door: Door) -> None:
    with pytest.raises(SandboxError, match="no sandbox is named 'till'"):
        await knock(door.address, "destroy", "till")


async def test_another_word_is_refused(door: Door, keeper: Keeper) -> None:
    with pytest.raises(SandboxError, match="a door takes 'restart' or 'destroy' and a name"):
        await knock(door.address, "run", "till")
    assert [] == keeper.done


@pytest.mark.parametrize("line", [b"nonsense\n", b"", b"[]\n", b"x" * (2 * LINE_LIMIT_BYTES) + b"\n", b"\xff\xfe\n"])
async def test_nonsense_is_answered_and_the_door_stays_open(door: Door, keeper: Keeper, line: bytes) -> None:
    reader, writer = await asyncio.open_unix_connection(door.address)
    writer.write(line)
    writer.write_eof()
    await reader.read()
    writer.close()
    await knock(door.address, "restart", "till")
    assert ["restart till"] == keeper.done


async def test_only_its_user_may_open_it(door: Door) -> None:
    assert 0o600 == Path(door.address).stat().st_mode & 0o777


async def test_a_closed_door_is_told(door: Door) -> None:
    await door.close()
    with pytest.raises(WireError, match="the program that owns sandbox 'till' did not answer"):
        await knock(door.address, "restart", "till")
