"""The classroom service as a learner's server sees it: calls with the server's own token, and patience while it is away."""

from __future__ import annotations

import asyncio
import logging
from typing import TypeVar
from urllib.parse import quote

import aiohttp
import msgspec

from sandbox_kernel.wire_class import Course, Event, Events, LessonAt, Orders, Page, Taken

log = logging.getLogger(__name__)

CALL_S = 20.0
WAIT_S = 60.0
LEAST_PAUSE_S, MOST_PAUSE_S = 0.25, 2.0

T = TypeVar("T")


class Away(Exception):
    """The service cannot be reached or does not take this now; the text says why. Try again later."""


class Service:
    """`url` ends in a slash. Close it."""

    def __init__(self, url: str, token: str) -> None:
        self._url = url
        self._http = aiohttp.ClientSession(headers={"Authorization": f"token {token}"})

    async def close(self) -> None:
        await self._http.close()

    async def send(self, events: list[Event]) -> list[str]:
        """The keys that the service has stored for good."""
        return (await self._call("POST", "events", Taken, Events(events))).keys

    async def orders(self, state: str) -> Orders:
        """Waits until what holds is no longer `state`, for up to half a minute."""
        return await self._call("GET", f"orders?state={state}", Orders, timeout_s=WAIT_S)

    async def course(self) -> Course:
        return await self._call("GET", "course", Course)

    async def lesson(self, lesson: str) -> LessonAt:
        return await self._call("GET", f"lessons/{lesson}", LessonAt)

    async def picture(self, name: str) -> bytes:
        return await self._ask("GET", f"pictures/{quote(name)}", None, CALL_S)

    async def show(self, page: Page) -> bool:
        """False when nobody looks any more."""
        return (await self._call("POST", "page", dict[str, bool], page))["wanted"]

    async def _call(self, method: str, path: str, kind: type[T], body: object = None, timeout_s: float = CALL_S) -> T:
        data = None if body is None else msgspec.json.encode(body)
        try:
            return msgspec.json.decode(await self._ask(method, path, data, timeout_s), type=kind)
        except msgspec.DecodeError as error:
            raise Away(f"{path}: {error}") from None

    async def _ask(self, method: str, path: str, data: bytes | None, timeout_s: float) -> bytes:
        timeout = aiohttp.ClientTimeout(total=timeout_s)
        try:
            async with self._http.request(method, f"{self._url}api/seat/{path}", data=data, timeout=timeout) as reply:
                if reply.status != 200:
                    raise Away(f"{path}: status {reply.status}")
                return await reply.read()
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise Away(f"{path}: {error or type(error).__name__}") from None


class Pauses:
    """Longer and longer, up to two seconds: a class reconnects at once and does not trample a service that starts."""

    def __init__(self) -> None:
        self._pause = LEAST_PAUSE_S

    async def after_failure(self) -> None:
        await asyncio.sleep(self._pause)
        self._pause = min(2 * self._pause, MOST_PAUSE_S)

    def after_success(self) -> None:
        self._pause = LEAST_PAUSE_S
