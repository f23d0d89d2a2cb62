"""A thin client of one kernel: requests on the control channel, code on the shell channel, events from iopub.

Used by the manager and the command line, on one event loop. It trusts nothing that a kernel sends: messages are
signed, bounded in size, checked on arrival; what cannot be understood is counted and dropped. It never starts or stops
processes.

Weighed: (a) `AsyncKernelClient`, whose `get_msg` calls hand any reply to whoever asks first, so that two callers steal
each other's replies; (b) one client per call, which costs five sockets and a handshake each time; (c) Jupyter's
`Session` for the format over our own sockets with one reader task per channel, which hands each reply to the call that
its parent header names: (c). There is no heartbeat channel: it answers while the kernel hangs, and says nothing that an
exit does not.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import zmq
import zmq.asyncio
from jupyter_client.session import Session

from sandbox_kernel import wire
from sandbox_kernel.errors import KernelUnresponsive, SandboxError, WireError
from sandbox_kernel.host.output import Output

log = logging.getLogger(__name__)

MESSAGE_LIMIT_BYTES = 8 * 1024 * 1024
QUEUED_MESSAGES = 40  # together at most 320 MB that a hostile kernel can pile up here; it keeps a thousand on its side
IDLE_GRACE_S = 2.0
EXERCISE = "get_ipython().display_formatter.format(1)"
CHANNELS = {"shell": zmq.DEALER, "control": zmq.DEALER, "iopub": zmq.SUB}

Content = dict[str, Any]  # Any: JSON


@dataclass(slots=True)
class _Run:
    output: Output
    idle: asyncio.Event = field(default_factory=asyncio.Event)


class KernelClient:
    """One kernel, from `open` to `close`; a restarted kernel gets a new client."""

    def __init__(
        self,
        connection_file: str | Path,
        *,
        context: zmq.asyncio.Context,
        sandbox: str = "",
        on_event: Callable[[wire.AnyEvent], None] = lambda event: None,
    ) -> None:
        self.sandbox = sandbox or Path(connection_file).stem
        self.dropped = 0
        info = json.loads(Path(connection_file).read_text())
        key = str(info["key"]).encode()
        self._session = Session(key=key, signature_scheme=info.get("signature_scheme", "hmac-sha256"))
        self._urls = {channel: _url(info, channel) for channel in CHANNELS}
        self._context = context
        self._on_event = on_event
        self._replies: dict[str, asyncio.Future[Content]] = {}
        self._runs: dict[str, _Run] = {}
        self._sockets: dict[str, zmq.asyncio.Socket] = {}
        self._readers: list[asyncio.Task[None]] = []
        self._monitors: list[zmq.asyncio.Socket] = []
        self._listening = asyncio.Event()
        self._failure: SandboxError | None = None

    def open(self) -> None:
        """Connects; the kernel need not listen yet."""
        for channel, kind in CHANNELS.items():
            self._sockets[channel] = self._connect(channel, kind)
            read = self._read_events if channel == "iopub" else self._read_replies
            self._start(read(self._sockets[channel]), channel)
        monitor = self._sockets["iopub"].get_monitor_socket(zmq.EVENT_DISCONNECTED)
        self._monitors.append(monitor)
        self._start(self._read_breaks(monitor), "breaks")

    async def close(self) -> None:
        """Safe to call again."""
        self.fail(WireError(f"the connection to sandbox '{self.sandbox}' was closed"))
        readers, self._readers = self._readers, []
        for reader in readers:
            reader.cancel()
        await asyncio.gather(*readers, return_exceptions=True)
        if self._monitors:
            self._sockets["iopub"].disable_monitor()
        for socket in (*self._sockets.values(), *self._monitors):
            socket.close(linger=0)
        self._sockets.clear()
        self._monitors.clear()

    def fail(self, error: SandboxError) -> None:
        """The kernel is gone: every call in flight and every later one raises `error`."""
        self._failure = self._failure or error
        for reply in self._replies.values():
            if not reply.done():
                reply.set_exception(error)

    async def listening(self, timeout_s: float) -> None:
        """Waits until the kernel's output reaches this client, so that none of the first run is lost."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await self._listening.wait()

    async def control(self, kind: str, content: Content, *, timeout_s: float) -> Content:
        """One control request and its reply, whatever else is under way."""
        return await self._ask("control", kind, content, timeout_s)

    async def request(self, request: wire.Request, *, timeout_s: float) -> wire.Reply:
        """One request of the wire and its reply; a `Failure` is returned, not raised."""
        return wire.reply_from(await self.control("sandbox_request", wire.to_builtins(request), timeout_s=timeout_s))

    async def execute(self, code: str, output: Output) -> Content:
        """Runs code, waits for its reply without a limit of time, and fills `output` meanwhile."""
        return await self._ask("shell", "execute_request", _cell(code), None, _Run(output))

    async def exercise(self, *, timeout_s: float) -> None:
        """Runs a cell that nobody sees: the first one of a kernel takes twice as long as the next."""
        await self._ask("shell", "execute_request", {**_cell(EXERCISE), "silent": True}, timeout_s)

    async def _ask(
        self, channel: str, kind: str, content: Content, timeout_s: float | None, run: _Run | None = None
    ) -> Content:
        if self._failure is not None:
            raise self._failure
        message = self._session.msg(kind, content=content)
        request_id = str(message["header"]["msg_id"])
        reply: asyncio.Future[Content] = asyncio.get_running_loop().create_future()
        self._replies[request_id] = reply
        if run is not None:
            self._runs[request_id] = run
        try:
            async with asyncio.timeout(timeout_s):
                await self._sockets[channel].send_multipart(self._session.serialize(message))
                result = await reply
                if run is not None:
                    await self._drain(run)
                return result
        except TimeoutError:
            raise KernelUnresponsive(self.sandbox, timeout_s or 0.0) from None
        finally:
            self._replies.pop(request_id, None)
            self._runs.pop(request_id, None)

    async def _drain(self, run: _Run) -> None:
        """Output travels on another socket than the reply and may come after it, or never, after a flood."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(IDLE_GRACE_S):
                await run.idle.wait()

    def _start(self, reading: Coroutine[Any, Any, None], what: str) -> None:
        self._readers.append(asyncio.create_task(reading, name=f"{self.sandbox}:{what}"))

    def _connect(self, channel: str, kind: int) -> zmq.asyncio.Socket:
        socket = self._context.socket(kind)
        socket.setsockopt(zmq.LINGER, 0)
        socket.setsockopt(zmq.MAXMSGSIZE, MESSAGE_LIMIT_BYTES)
        socket.setsockopt(zmq.RCVHWM, QUEUED_MESSAGES)
        socket.setsockopt(zmq.RECONNECT_IVL, 20)
        if kind == zmq.SUB:
            socket.setsockopt(zmq.SUBSCRIBE, b"")
        else:
            socket.setsockopt(zmq.IDENTITY, self._session.bsession)
        socket.connect(self._urls[channel])
        return socket

    async def _read_replies(self, socket: zmq.asyncio.Socket) -> None:
        while True:
            message, _ = self._parse(await socket.recv_multipart())
            if message is None:
                continue
            waiting = self._replies.get(_parent_id(message))
            if waiting is not None and not waiting.done():
                waiting.set_result(message["content"])

    async def _read_events(self, socket: zmq.asyncio.Socket) -> None:
        while True:
            message, size = self._parse(await socket.recv_multipart())
            if message is None:
                continue
            self._listening.set()
            kind, content = message["msg_type"], message["content"]
            run = self._runs.get(_parent_id(message))
            if kind == "sandbox_event":
                self._deliver(content)
            elif run is not None and kind == "status":
                if content.get("execution_state") == "idle":
                    run.idle.set()
            elif run is not None:
                run.output.add(kind, content, size)

    async def _read_breaks(self, monitor: zmq.asyncio.Socket) -> None:
        """An output connection that breaks carried a message over the limit (or the kernel died, which is told apart
        by its exit): what runs now has printed more than anybody will read."""
        while True:
            await monitor.recv_multipart()
            for run in self._runs.values():
                run.output.full.set()

    def _deliver(self, content: Content) -> None:
        try:
            event = wire.event_from(content)
        except WireError as error:
            self._drop(error)
        else:
            self._on_event(event)

    def _parse(self, frames: list[bytes]) -> tuple[dict[str, Any] | None, int]:
        try:
            _, parts = self._session.feed_identities(frames)
            message = self._session.deserialize(parts)
            if not isinstance(message["content"], dict) or not isinstance(message["parent_header"], dict):
                raise TypeError("a message has no content")
        except Exception as error:  # a border: whatever a kernel sends must not end the reader
            self._drop(error)
            return None, 0
        return message, sum(map(len, frames))

    def _drop(self, error: Exception) -> None:
        self.dropped += 1
        log.debug("dropped a message of sandbox %s: %s", self.sandbox, error)


def _cell(code: str) -> Content:
    return {
        "code": code,
        "silent": False,
        "store_history": False,
        "user_expressions": {},
        "allow_stdin": False,
        "stop_on_error": False,
    }


def _parent_id(message: dict[str, Any]) -> str:
    return str(message["parent_header"].get("msg_id", ""))


def _url(info: dict[str, Any], channel: str) -> str:
    port = info[f"{channel}_port"]
    return f"ipc://{info['ip']}-{port}" if info["transport"] == "ipc" else f"tcp://{info['ip']}:{port}"
