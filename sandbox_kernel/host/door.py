"""The manager's door for the command line: a unix socket that only this user may open, one JSON line each way.

It knows two words, `restart` and `destroy`: what else the command line wants to know it asks the kernel itself. A
sandbox does not learn the address. Where there are no unix sockets there is no door, and the command line says so.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from pathlib import Path
from typing import Protocol

from sandbox_kernel.errors import SandboxError, WireError

LINE_LIMIT_BYTES = 4096
ANSWER_TIMEOUT_S = 60.0


class Keeper(Protocol):
    """What the door needs of a manager."""

    async def restart(self, name: str) -> None: ...

    async def destroy(self, name: str) -> None: ...


class Door:
    """`address` is empty until it is open."""

    def __init__(self, keeper: Keeper) -> None:
        self.address = ""
        self._keeper = keeper
        self._server: asyncio.AbstractServer | None = None

    async def open(self, directory: Path) -> None:
        if not hasattr(asyncio, "start_unix_server"):
            return
        path = directory / "door"
        self._server = await asyncio.start_unix_server(self._answer, path, limit=LINE_LIMIT_BYTES)
        path.chmod(0o600)
        self.address = str(path)

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            message = await self._carry_out(json.loads(await reader.readline()))
        except (SandboxError, ValueError) as error:  # ValueError: no JSON, or too long
            message = str(error)
        with contextlib.suppress(ConnectionError):
            writer.write(json.dumps({"ok": not message, "message": message}).encode() + b"\n")
            await writer.drain()
        writer.close()

    async def _carry_out(self, asked: object) -> str:
        match asked:
            case {"do": "restart", "name": str(name)}:
                await self._keeper.restart(name)
            case {"do": "destroy", "name": str(name)}:
                await self._keeper.destroy(name)
            case _:
                return "a door takes 'restart' or 'destroy' and a name"
        return ""


async def knock(address: str, do: str, name: str, *, timeout_s: float = ANSWER_TIMEOUT_S) -> None:
    """Asks the manager behind `address`; SandboxError with its words when it refuses or does not answer."""
    try:
        async with asyncio.timeout(timeout_s):
            reader, writer = await asyncio.open_unix_connection(address, limit=LINE_LIMIT_BYTES)
            try:
                writer.write(json.dumps({"do": do, "name": name}).encode() + b"\n")
                answer = json.loads(await reader.readline())
            finally:
                writer.close()
    except (OSError, ValueError, TimeoutError) as error:
        raise WireError(f"the program that owns sandbox '{name}' did not answer: {error}") from None
    if not answer["ok"]:
        raise SandboxError(answer["message"])
