"""The zygote's loop: answers hosts, forks kernels, reaps them, tells their hosts how they ended.

One thread, no event loop library: what runs here is what every kernel starts with. `serve` returns twice over: in the
zygote when its time is over (None), in each child with the task that it is to become, so that a child leaves this
file's frames behind.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import select
import socket
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import msgspec

from sandbox_kernel.zygote import protocol
from sandbox_kernel.zygote.child import STREAMS, Task
from sandbox_kernel.zygote.protocol import Ask, End, Ended, Refused, Spawn, Spawned, State, Stay

_libc = ctypes.PyDLL(None, use_errno=True)
LOOK_S = 15.0  # how often it looks whether it is still wanted


@dataclass(slots=True)
class Child:
    pid: int
    connection: socket.socket | None


class Server:
    """`wanted` says whether this zygote is still the right one; `refusal` is the reason why it can fork nothing."""

    def __init__(
        self, listening: socket.socket, *, idle_s: float, wanted: Callable[[], bool], refusal: str = ""
    ) -> None:
        self._listening: socket.socket | None = listening
        self._idle_s = idle_s
        self._wanted = wanted
        self._refusal = refusal
        self._connections: dict[int, socket.socket] = {}
        self._children: dict[int, Child] = {}  # by pidfd
        self._poll = select.poll()
        self._poll.register(listening, select.POLLIN)
        self._last_used = self._looked = time.monotonic()
        self._stays_until = 0.0

    def serve(self) -> Task | None:
        while self._listening is not None or self._children:
            for descriptor, _ in self._poll.poll(min(LOOK_S, self._idle_s) * 1000):
                task = self._handle(descriptor)
                if task is not None:
                    self._forget_all()
                    return task
            self._look()
        return None

    def _handle(self, descriptor: int) -> Task | None:
        if self._listening is not None and descriptor == self._listening.fileno():
            self._accept(self._listening)
        elif descriptor in self._children:
            self._reap(descriptor)
        elif descriptor in self._connections:
            return self._answer(self._connections[descriptor])
        return None

    def _look(self) -> None:
        """Ends the listening when nobody has come for a while or when another zygote has taken over."""
        now = time.monotonic()
        if self._children or self._connections:
            self._last_used = now
        if now - self._looked < min(LOOK_S, self._idle_s):
            return
        self._looked = now
        is_idle = now - self._last_used >= self._idle_s and now >= self._stays_until
        if is_idle or not self._wanted():
            self._stop_listening()

    def _stop_listening(self) -> None:
        if self._listening is not None:
            self._poll.unregister(self._listening)
            self._listening.close()
            self._listening = None

    def _accept(self, listening: socket.socket) -> None:
        connection, _ = listening.accept()
        if not protocol.is_own_user(connection):
            connection.close()
            return
        self._connections[connection.fileno()] = connection
        self._poll.register(connection, select.POLLIN)

    def _answer(self, connection: socket.socket) -> Task | None:
        try:
            message, descriptors = protocol.receive(connection)
        except (OSError, msgspec.DecodeError):
            self._drop(connection)
            return None
        if isinstance(message, Spawn) and len(message.descriptors) == len(descriptors):
            return self._spawn(connection, message, descriptors)
        protocol.close(descriptors)
        if isinstance(message, End):
            self._stop_listening()
        if isinstance(message, Stay):
            self._stays_until = max(self._stays_until, time.monotonic() + message.seconds)
        if isinstance(message, End | Stay | Ask):
            self._tell(connection, State(os.getpid(), len(self._children)))
        else:
            self._drop(connection)
        return None

    def _spawn(self, connection: socket.socket, spawn: Spawn, descriptors: tuple[int, ...]) -> Task | None:
        received = dict(zip(spawn.descriptors, descriptors, strict=True))
        if self._refusal or not set(STREAMS) <= set(received):
            protocol.close(descriptors)
            self._tell(connection, Refused(self._refusal or "a standard stream is missing"))
            return None
        try:
            pid = fork_quietly() if "isolation" in received else os.fork()
        except OSError as error:
            protocol.close(descriptors)
            self._tell(connection, Refused(f"no process could be made: {error.strerror}"))
            return None
        if pid == 0:
            return Task(spawn, received)
        protocol.close(descriptors)
        self._watch(pid, connection)
        return None

    def _watch(self, pid: int, connection: socket.socket) -> None:
        watched = os.pidfd_open(pid)
        self._children[watched] = Child(pid, connection)
        self._poll.register(watched, select.POLLIN)
        self._tell(connection, Spawned(pid), (watched,))

    def _reap(self, watched: int) -> None:
        child = self._children.pop(watched)
        self._poll.unregister(watched)
        os.close(watched)
        _, status = os.waitpid(child.pid, 0)
        if child.connection is not None and child.connection.fileno() in self._connections:
            self._tell(child.connection, Ended(status))

    def _tell(self, connection: socket.socket, message: protocol.Message, descriptors: tuple[int, ...] = ()) -> None:
        with contextlib.suppress(OSError):  # a host that went away asks for nothing more
            protocol.send(connection, message, descriptors)

    def _drop(self, connection: socket.socket) -> None:
        self._poll.unregister(connection)
        del self._connections[connection.fileno()]
        for child in self._children.values():
            if child.connection is connection:
                child.connection = None
        connection.close()

    def _forget_all(self) -> None:
        """In a child: give up the zygote's sockets without closing them, their numbers are closed all at once."""
        owned: Iterable[socket.socket | None] = (self._listening, *self._connections.values())
        for connection in owned:
            if connection is not None:
                connection.detach()


def fork_quietly() -> int:
    """A fork that the interpreter does not notice: what is registered to run after one runs in the kernel, which the
    keeper forks, and not in the keeper too, where it would cost half of its memory. The caller has one thread."""
    pid = _libc.fork()
    if pid < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return int(pid)
