"""The zygote's loop: answers hosts, forks kernels, reaps them, tells their hosts how they ended.

One thread, no event loop library: what runs here is what every kernel starts with. `serve` returns twice over: in the
zygote when its time is over (None), in each child with the task (or the parking) that it is to become, so that a child
leaves this file's frames behind.
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

from sandbox_kernel.isolation.ahead import pair
from sandbox_kernel.isolation.spec import Spec, kind_of
from sandbox_kernel.zygote import protocol
from sandbox_kernel.zygote.child import STREAMS, Parking, Task
from sandbox_kernel.zygote.parked import Kind, Lot, Parked
from sandbox_kernel.zygote.protocol import Ask, Claim, End, Ended, Park, Refused, Spawn, Spawned, State, Stay, Taken

_libc = ctypes.PyDLL(None, use_errno=True)
LOOK_S = 15.0  # how often it looks whether it is still wanted


@dataclass(slots=True)
class Child:
    """`parked` while nobody has claimed it."""

    pid: int
    connection: socket.socket | None
    parked: Parked | None = None


class Server:
    """`wanted` says whether this zygote is still the right one; `refusal` is the reason why it can fork nothing. `parked`
    are how many kernels it keeps parked of a kind that is asked for."""

    def __init__(
        self, listening: socket.socket, *, idle_s: float, wanted: Callable[[], bool], refusal: str = "", parked: int = 0
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
        self._lot = Lot(parked)

    def serve(self) -> Task | Parking | None:
        while self._listening is not None or self._children:
            for descriptor, _ in self._poll.poll(self._patience_s() * 1000):
                task = self._handle(descriptor)
                if task is not None:
                    self._forget_all()
                    return task
            self._look()
            parking = self._park() if self._lot.due_s() == 0.0 else None
            if parking is not None:
                self._forget_all()
                return parking
        return None

    def _patience_s(self) -> float:
        due = self._lot.due_s()
        usual = min(LOOK_S, self._idle_s)
        return usual if due is None else min(usual, due + 0.001)

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
        if self._running or self._connections:
            self._last_used = now
        if now - self._looked < min(LOOK_S, self._idle_s):
            return
        self._looked = now
        is_idle = now - self._last_used >= self._idle_s and now >= self._stays_until
        if is_idle or not self._wanted():
            self._stop_listening()

    @property
    def _running(self) -> int:
        return sum(child.parked is None for child in self._children.values())

    def _stop_listening(self) -> None:
        self._lot.drop_all()
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
            self._lot.pause()
            return self._spawn(connection, message, descriptors)
        if isinstance(message, Claim) and len(message.spawn.descriptors) == len(descriptors):
            self._claim(connection, message, descriptors)
            return None
        protocol.close(descriptors)
        if isinstance(message, End):
            self._stop_listening()
        if isinstance(message, Stay):
            self._stays_until = max(self._stays_until, time.monotonic() + message.seconds)
        if isinstance(message, Park) and self._listening is not None:
            self._lot.want(Kind(kind_of(Spec.from_json(message.spec)), message.seeded), message.count)
        if isinstance(message, End | Stay | Ask | Park):
            is_short = self._lot.is_short
            self._tell(connection, State(os.getpid(), self._running, self._lot.ready, is_short))
        else:
            self._drop(connection)
        return None

    def _spawn(self, connection: socket.socket, spawn: Spawn, descriptors: tuple[int, ...]) -> Task | None:
        received = dict(zip(spawn.descriptors, descriptors, strict=True))
        if self._refusal or not {"words", *STREAMS} <= set(received):
            protocol.close(descriptors)
            self._tell(connection, Refused(self._refusal or "a descriptor is missing"))
            return None
        try:
            pid = fork_quietly() if "isolation" in received else os.fork()
        except OSError as error:
            protocol.close(descriptors)
            self._tell(connection, Refused(f"no process could be made: {error.strerror}"))
            return None
        if pid == 0:
            return Task(received)
        protocol.close(descriptors)
        self._watch(pid, connection)
        return None

    def _claim(self, connection: socket.socket, claim: Claim, descriptors: tuple[int, ...]) -> None:
        """The spec and the channel for the keeper, the rest for the kernel."""
        asked = Spec.from_json(claim.spec)
        kind = Kind(kind_of(asked), claim.seeded)
        if claim.again:
            self._lot.want(kind)
        self._lot.pause()
        parked = self._lot.take(kind, (*asked.readable, *asked.writable))
        channel = dict(zip(claim.spawn.descriptors, descriptors, strict=True)).get("isolation", -1)
        try:
            if parked is None or channel < 0:
                raise OSError("none is parked")
            spec = asked._replace(user=parked.spec.user, cgroups=parked.spec.cgroups)
            socket.send_fds(parked.line, [spec.to_json()], [channel])
            socket.send_fds(parked.line, [protocol.packed(claim)], list(descriptors))
        except OSError as error:
            self._tell(connection, Refused(str(error)))
        else:
            (watched,) = (fd for fd, child in self._children.items() if child.parked is parked)
            child = self._children[watched]
            child.connection, child.parked = connection, None
            paths = parked.group.paths if parked.group else {}
            self._tell(connection, Taken(parked.pid, parked.spec.user, paths), (watched,))
        finally:
            protocol.close(descriptors)
            if parked is not None:
                parked.end()

    def _park(self) -> Parking | None:
        """Forks the next one to wait."""
        kind = self._lot.missing()
        made = self._lot.make(kind) if kind is not None else None
        if made is None:
            return None
        parked, theirs = made
        try:
            pid = fork_quietly()
        except OSError:
            self._lot.drop(parked)
            theirs.close()
            return None
        if pid == 0:
            return Parking(parked.spec, parked.kind.seeded, theirs.detach())
        theirs.close()
        parked.pid = pid
        watched = os.pidfd_open(pid)
        self._children[watched] = Child(pid, None, parked)
        self._poll.register(watched, select.POLLIN)
        self._rehearse(parked.kind)
        return None

    def _rehearse(self, kind: Kind) -> None:
        """As when somebody comes: what the zygote writes to then is its own again after the fork."""
        mine, theirs = pair()
        with mine, theirs:
            protocol.send(
                mine, Claim(Spawn(descriptors=("0",)), kind.spec.to_json(), kind.seeded, again=True), (mine.fileno(),)
            )
            received, descriptors = protocol.receive(theirs)
            protocol.close(descriptors)
            assert isinstance(received, Claim)
            self._lot.take(Kind(kind_of(Spec.from_json(received.spec))._replace(level="none"), kind.seeded))
            socket.send_fds(mine, [protocol.packed(received)], [mine.fileno()])

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
        if child.parked is not None:
            self._lot.ended(child.parked)
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
