"""The only file that touches ipykernel's insides: requests on the control channel, events on iopub, output of workers,
and which subshell a widget's messages go to.

`sandbox_request` gets one `sandbox_reply`, always: ipykernel sends nothing when a handler raises. Each request runs on a
daemon thread of its own, so that a slow compile delays no interrupt and a hung one no exit; replies go out on the control
thread, which owns the socket. Events carry no parent message: headless runners drop what belongs to no cell, and front
ends read them by type.
"""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

from sandbox_kernel import wire
from sandbox_kernel.errors import WireError
from sandbox_kernel.runtime.events import EventLog
from sandbox_kernel.runtime.live import LiveFeed, Sample

Handler = Callable[[wire.Request], wire.Reply]
REQUEST, REPLY, EVENT, LIVE = "sandbox_request", "sandbox_reply", "sandbox_event", "sandbox_live"
MOST_WATCH_S = 60.0


class ControlChannel:
    """`kernel` and `shell` are ipykernel's objects; they carry no types of their own."""

    def __init__(self, kernel: Any, handler: Handler, events: EventLog, live: LiveFeed) -> None:  # Any: ipykernel
        self._kernel = kernel
        self._handler = handler
        self._events = events
        self._watch = _Watch(live, lambda sample: self._publish(LIVE, sample))
        self._unsubscribe: Callable[[], None] = lambda: None

    def open(self) -> None:
        self._kernel.control_handlers[REQUEST] = self._on_request
        self._unsubscribe = self._events.subscribe(lambda event: self._publish(EVENT, event))

    def close(self) -> None:
        self._unsubscribe()
        self._watch.end()
        self._kernel.control_handlers.pop(REQUEST, None)

    async def _on_request(self, stream: Any, identity: Any, parent: dict[str, Any]) -> None:  # Any: ipykernel
        loop = asyncio.get_running_loop()

        def work() -> None:
            content = self._reply(parent)
            loop.call_soon_threadsafe(
                lambda: self._kernel.session.send(stream, REPLY, content, parent=parent, ident=identity)
            )

        threading.Thread(target=work, name="sandbox-request", daemon=True).start()

    def _reply(self, parent: dict[str, Any]) -> dict[str, Any]:
        shell = self._kernel.shell
        tokens = shell.set_thread_parent(parent)  # what an imported module prints belongs to this request
        try:
            request = wire.request_from(parent["content"])
            if isinstance(request, wire.Watch):
                self._watch.go_on(min(request.seconds, MOST_WATCH_S))
            return wire.to_builtins(self._handler(request))
        except WireError as error:
            return wire.to_builtins(wire.Failure(error="WireError", message=str(error)))
        finally:
            shell.reset_thread_parent(tokens)

    def _publish(self, kind: str, message: wire.Message) -> None:
        content = wire.to_builtins(message)
        kernel = self._kernel

        def send() -> None:
            kernel.session.send(kernel.iopub_thread.socket, kind, content, ident=kind.encode())

        kernel.iopub_thread.schedule(send)


class _Watch:
    """Somebody's interest in the live feed, which ends by itself: a page that is closed says nothing."""

    def __init__(self, live: LiveFeed, tell: Callable[[Sample], None]) -> None:
        self._live, self._tell = live, tell
        self._lock = threading.Lock()
        self._until = 0.0
        self._stop: Callable[[], None] | None = None

    def go_on(self, seconds: float) -> None:
        with self._lock:
            self._until = time.monotonic() + seconds
            if self._stop is None:
                self._stop = self._live.listen(self._pass_on)

    def end(self) -> None:
        with self._lock:
            stop, self._stop = self._stop, None
        if stop is not None:
            stop()

    def _pass_on(self, sample: Sample) -> None:
        if time.monotonic() > self._until:
            self.end()
        else:
            self._tell(sample)


class CellOutput:
    """Shows what workers print in the cell whose message caused it, in no other; what no cell caused is in the event log
    alone. Made before the system starts, while `sys.stdout` is ipykernel's own stream."""

    def __init__(self, shell: Any) -> None:  # Any: ipykernel
        self._parent = shell._parent_header  # the context variable itself: get_parent() falls back to the last cell
        self._streams = {"stdout": sys.stdout, "stderr": sys.stderr}

    def origin(self) -> object | None:
        """The cell, or the request, that this thread works for."""
        return self._parent.get(None) or None

    def write(self, text: str, *, stream: str, worker: str, origin: object | None) -> None:
        if origin is None:
            return
        out: Any = self._streams[stream]  # Any: ipykernel's OutStream
        token = out.set_thread_parent(origin)
        try:
            out.write(text)
        finally:
            out.reset_thread_parent(token)


def keep_to_asked_subshell(comm: Any) -> None:  # Any: ipykernel's comm
    """Messages to this comm go to the subshell that the page asked for, and to the main one once that has ended.

    ipykernel (7.4) sends them to the subshell whose message was handled last when the kernel itself last wrote to the
    comm. A feed that writes on its own thread thus moves a widget's clicks behind the running cell, or to a subshell
    that has ended, where they are dropped without an answer.
    """
    shells = getattr(getattr(getattr(comm, "kernel", None), "shell_channel_thread", None), "manager", None)
    if shells is None or not hasattr(comm, "_reply_subshell_for"):
        return

    def route(_: object, asked: str | None) -> str | None:
        comm._reply_subshell_ids.clear()  # it notes the id of each of our replies, for answers that never come
        return asked if asked is None or asked in shells.list_subshell() else None

    comm._reply_subshell_for = route
