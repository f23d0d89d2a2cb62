"""Events to several readers, each with a bounded queue: a slow one loses its oldest, never slows the others."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sandbox_kernel.host.status import SandboxEvent

QUEUED_EVENTS = 1000


class Feed:
    """Lives on one loop. After `close` every reader ends when it has read what it has."""

    def __init__(self) -> None:
        self._readers: set[_Reader] = set()
        self._closed = False

    def publish(self, event: SandboxEvent) -> None:
        for reader in self._readers:
            reader.put(event)

    def close(self) -> None:
        self._closed = True
        for reader in self._readers:
            reader.end()

    @asynccontextmanager
    async def subscribe(self) -> AsyncIterator[AsyncIterator[SandboxEvent]]:
        """`async with feed.subscribe() as events`: everything from here on, in order."""
        reader = _Reader()
        self._readers.add(reader)
        if self._closed:
            reader.end()
        try:
            yield reader
        finally:
            self._readers.discard(reader)


class _Reader:
    def __init__(self) -> None:
        self._events: deque[SandboxEvent] = deque(maxlen=QUEUED_EVENTS)
        self._news = asyncio.Event()
        self._ended = False

    def put(self, event: SandboxEvent) -> None:
        self._events.append(event)
        self._news.set()

    def end(self) -> None:
        self._ended = True
        self._news.set()

    def __aiter__(self) -> _Reader:
        return self

    async def __anext__(self) -> SandboxEvent:
        while not self._events:
            if self._ended:
                raise StopAsyncIteration
            self._news.clear()
            await self._news.wait()
        return self._events.popleft()
