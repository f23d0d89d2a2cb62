"""The sandboxes of one Jupyter server, as its REST handlers and its event bus see them.

It keeps one connection to each kernel that our provisioner started, made when it is first needed and made anew when the
kernel was restarted, and passes on what the kernel tells. It starts no kernels and trusts nothing that one sends.

Weighed: (a) asking a kernel over a connection made for each question, as the command line does: 5 sockets and a handshake
per question, and no events; (b) the page asks each kernel itself: only for kernels it has open, and each page anew; (c),
this: one connection per kernel, for all pages.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import msgspec
import zmq.asyncio

from sandbox_kernel import wire
from sandbox_kernel.errors import KernelUnresponsive, SandboxNotFound
from sandbox_kernel.host.client import KernelClient
from sandbox_kernel.host.provisioner import SandboxProvisioner
from sandbox_kernel.host.served_events import FRAME_S, Frame, subject_of, told
from sandbox_kernel.host.watchdog import Exceeded

log = logging.getLogger(__name__)

ANSWER_TIMEOUT_S = 30.0


class Served(msgspec.Struct, frozen=True, kw_only=True):
    """A sandbox of this server. `id` is its kernel's; `limit` says which limit ended the process before this one."""

    id: str
    name: str
    notebook: str
    directory: str
    level: str
    running: bool
    pid: int
    memory_bytes: int = 0
    memory_limit_bytes: int = 0
    limit: str = ""


class ServedSandboxes:
    """On the server's loop. `kernels` is its kernel manager, Any: a traitlets class; `emit` takes an event's data."""

    def __init__(self, kernels: Any, emit: Callable[[dict[str, Any]], None]) -> None:
        self._kernels, self._emit = kernels, emit
        self._context = zmq.asyncio.Context()
        self._clients: dict[str, tuple[int, KernelClient]] = {}
        self._names: dict[str, str] = {}
        self._frame, self._quiet = Frame(), True

    async def close(self) -> None:
        clients, self._clients = self._clients, {}
        await asyncio.gather(*(client.close() for _, client in clients.values()))
        self._context.destroy(linger=0)

    # -- which there are ----------------------------------------------------------------------------------------

    def ids(self) -> list[str]:
        return [kernel_id for kernel_id in self._kernels.list_kernel_ids() if self._provisioner(kernel_id)]

    async def describe(self, sandbox: str) -> Served:
        """SandboxNotFound for what is no sandbox of this server."""
        provisioner = self._require(sandbox)
        confinement, place = provisioner.confinement, provisioner.place
        usage = await asyncio.to_thread(confinement.usage, exact=True) if confinement is not None else None
        return Served(
            id=sandbox,
            name=self.name(sandbox),
            notebook=place.notebook if place is not None else "",
            directory=str(place.directory) if place is not None else "",
            level=confinement.level if confinement is not None else "none",
            running=provisioner.running,
            pid=provisioner.pid or 0,
            memory_bytes=usage.memory_bytes if usage is not None else 0,
            memory_limit_bytes=(confinement.limits.memory_mb if confinement is not None else 0) * 1024 * 1024,
            limit=confinement.verdict if confinement is not None else "",
        )

    def name(self, sandbox: str) -> str:
        """What people call it, or called it while it ran."""
        provisioner = self._provisioner(sandbox)
        if provisioner is not None and provisioner.label:
            self._names[sandbox] = provisioner.label
        return self._names.get(sandbox, "")

    def _provisioner(self, sandbox: str) -> SandboxProvisioner | None:
        if sandbox not in self._kernels:
            return None
        provisioner = self._kernels.get_kernel(sandbox).provisioner
        return provisioner if isinstance(provisioner, SandboxProvisioner) else None

    def _require(self, sandbox: str) -> SandboxProvisioner:
        provisioner = self._provisioner(sandbox)
        if provisioner is None:
            raise SandboxNotFound(sandbox, self.ids())
        return provisioner

    # -- asking one ---------------------------------------------------------------------------------------------

    async def ask(self, sandbox: str, request: wire.Request, *, timeout_s: float = ANSWER_TIMEOUT_S) -> wire.Reply:
        """SandboxNotFound; KernelUnresponsive when it does not answer in time."""
        return await self._client(sandbox).request(request, timeout_s=timeout_s)

    def _client(self, sandbox: str) -> KernelClient:
        provisioner = self._require(sandbox)
        pid = provisioner.pid or 0
        if not provisioner.running:
            raise KernelUnresponsive(self.name(sandbox), 0.0)
        known = self._clients.get(sandbox)
        if known is not None and known[0] == pid:
            return known[1]
        if known is not None:
            self._forget(sandbox)
        connection = self._kernels.get_kernel(sandbox).connection_file
        name = self.name(sandbox)
        client = KernelClient(
            connection, context=self._context, sandbox=name, on_event=lambda event: self._hear(sandbox, event)
        )
        client.open()
        self._clients[sandbox] = pid, client
        return client

    def _forget(self, sandbox: str) -> None:
        known = self._clients.pop(sandbox, None)
        if known is not None:
            asyncio.get_running_loop().create_task(known[1].close())

    # -- what happens by itself ---------------------------------------------------------------------------------

    async def noticed(self, action: str, sandbox: str) -> None:
        """The server's kernel manager did something to a kernel: start, restart, interrupt or shutdown."""
        if action == "shutdown":
            if sandbox in self._clients:
                self._forget(sandbox)
                self.tell(sandbox, "Ended", "The sandbox was shut down.")
                self._names.pop(sandbox, None)
        elif action in ("start", "restart") and self._provisioner(sandbox) is not None:
            self.listen(sandbox)
            if action == "restart":
                self.tell(sandbox, "Restarted", "The sandbox was restarted; its modules are at their live versions.")
            else:
                self.tell(sandbox, "Started", "The sandbox was started.")

    def listen(self, sandbox: str) -> None:
        """Hears of its limits and of all that its kernel tells from now on."""
        provisioner, loop = self._require(sandbox), asyncio.get_running_loop()

        def exceeded(what: Exceeded) -> None:  # in the watchdog's thread
            loop.call_soon_threadsafe(self.tell, sandbox, "LimitExceeded", f"The sandbox was {what.sentence}.")

        provisioner.on_exceeded = exceeded
        self._client(sandbox)

    def tell(self, sandbox: str, kind: str, sentence: str) -> None:
        event = {"sandbox": sandbox, "name": self.name(sandbox), "kind": kind, "sentence": sentence, "number": 0}
        self._put("", {**event, "details": {}})

    def _hear(self, sandbox: str, event: wire.AnyEvent) -> None:
        provisioner = self._provisioner(sandbox)
        place = provisioner.place if provisioner is not None else None
        directory = str(place.directory) if place is not None else ""
        found = told(sandbox, self.name(sandbox), event, directory=directory)
        if found is not None:
            self._put(subject_of(event), found)

    def _put(self, subject: str, event: dict[str, Any]) -> None:
        """The first after a quiet time is told at once, what follows in frames."""
        if self._quiet:
            self._quiet = False
            self._emit(event)
            asyncio.get_running_loop().call_later(FRAME_S, self._flush)
        else:
            self._frame.add(subject, event)

    def _flush(self) -> None:
        waiting = self._frame.take()
        for event in waiting:
            self._emit(event)
        self._quiet = not waiting
        if waiting:
            asyncio.get_running_loop().call_later(FRAME_S, self._flush)
