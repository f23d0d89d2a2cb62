"""The hub's side of the prepared process (`seat.forker`): starts it when first needed, hands out orders, hears of ends."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox_kernel.errors import StartError
from sandbox_kernel.isolation.spec import Spec

MESSAGE_BYTES = 512 * 1024
START_S = 60.0


@dataclass(slots=True)
class Place:
    """One learner's server, from its order on. `ended` is set with its exit status."""

    started: asyncio.Future[int]
    ended: asyncio.Future[int] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class Forker:
    """One prepared process for all learners of a hub; a new one is started if it should die."""

    def __init__(self) -> None:
        self._socket: socket.socket | None = None
        self._process: asyncio.subprocess.Process | None = None
        self._places: dict[str, Place] = {}
        self._starting = asyncio.Lock()

    async def start(self, key: str, spec: Spec, env: Mapping[str, str], cwd: str, log: str) -> int:
        """The process number of the server. StartError when it cannot be shut in."""
        async with self._starting:
            connection = await self._connected()
        place = Place(asyncio.get_running_loop().create_future())
        self._places[key] = place
        order = {
            "do": "start",
            "key": key,
            "spec": json.loads(spec.to_json()),
            "argv": [],
            "env": dict(env),
            "cwd": cwd,
            "log": log,
        }
        try:
            await asyncio.get_running_loop().sock_sendall(connection, json.dumps(order).encode())
            async with asyncio.timeout(START_S):
                return await asyncio.shield(place.started)
        except (OSError, TimeoutError) as error:
            self._places.pop(key, None)
            raise StartError(f"the server of '{key}' did not start ({error or 'no answer'}); try again") from None

    def status(self, key: str) -> int | None:
        """None while it runs; its exit status afterwards, 0 if there is none of that name."""
        place = self._places.get(key)
        if place is None:
            return 0
        return place.ended.result() if place.ended.done() else None

    async def signal(self, key: str, number: signal.Signals) -> None:
        place = self._places.get(key)
        if self._socket is not None and place is not None and not place.ended.done():
            order = {"do": "signal", "key": key, "number": int(number)}
            await asyncio.get_running_loop().sock_sendall(self._socket, json.dumps(order).encode())

    async def ended(self, key: str, timeout_s: float) -> bool:
        place = self._places.get(key)
        if place is None:
            return True
        await asyncio.wait({place.ended}, timeout=timeout_s)
        return place.ended.done()

    async def _connected(self) -> socket.socket:
        if self._process is not None and self._process.returncode is None and self._socket is not None:
            return self._socket
        mine, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        mine.setblocking(False)
        mine.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, MESSAGE_BYTES)
        with theirs:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-P", "-m", "sandbox_kernel.seat.forker", str(theirs.fileno()),
                pass_fds=[theirs.fileno()], env=_clean_environment(), stdin=asyncio.subprocess.DEVNULL, cwd="/",
            )  # fmt: skip
        self._socket = mine
        self._reading = asyncio.create_task(self._read(mine))
        return mine

    async def _read(self, connection: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        with contextlib.suppress(OSError):
            while packet := await loop.sock_recv(connection, MESSAGE_BYTES):
                self._hear(json.loads(packet))
        connection.close()
        if self._socket is connection:
            self._socket = None
        for place in self._places.values():
            _settle(place.started, StartError("the prepared process ended"))
            _settle(place.ended, 1)

    def _hear(self, told: Mapping[str, Any]) -> None:  # Any: JSON
        match told:
            case {"started": key, "pid": pid}:
                _settle(self._places[key].started, int(pid))
            case {"failed": key, "reason": reason}:
                place = self._places.pop(key)
                _settle(place.started, StartError(f"the server of '{key}' cannot be isolated: {reason}"))
                _settle(place.ended, 1)
            case {"ended": key, "status": status}:
                _settle(self._places[key].ended, int(status))


def _settle(future: asyncio.Future[int], value: int | StartError) -> None:
    if future.done():
        return
    if isinstance(value, StartError):
        future.set_exception(value)
        future.exception()  # nobody may be waiting
    else:
        future.set_result(value)


def _clean_environment() -> dict[str, str]:
    """Nothing of the hub's: servers inherit what the prepared process was started with."""
    kept = ("PATH", "LANG", "LC_ALL", "TZ", "VIRTUAL_ENV", "TMPDIR")
    return {"PYTHONNOUSERSITE": "1", "HOME": "/", **{name: os.environ[name] for name in kept if name in os.environ}}
