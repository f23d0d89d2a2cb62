"""Sandboxes of other processes, as the command line sees them: found by the registry, asked over their own channels.

A kernel answers questions itself. Restarting and destroying is its owner's business: a Jupyter server is asked over its
REST interface, a SandboxManager through its door; any other owner (Voila, nbclient) only lets the kernel be shut down.
"""

from __future__ import annotations

import asyncio
import json
import urllib.error
import urllib.parse
import urllib.request
from typing import Any, TypeVar

import zmq.asyncio

from sandbox_kernel import wire
from sandbox_kernel.errors import SandboxError, SandboxNotFound, WireError
from sandbox_kernel.host import asks, registry
from sandbox_kernel.host.client import KernelClient
from sandbox_kernel.host.door import knock
from sandbox_kernel.host.registry import Entry
from sandbox_kernel.host.versions import Versions

ANSWER_TIMEOUT_S = 10.0
WORK_TIMEOUT_S = 300.0  # a bisection imports a module for trial some ten times

R = TypeVar("R", bound=wire.Message)


def find(name: str) -> Entry:
    """The running sandbox of that name or id; SandboxNotFound, or a SandboxError when the name is not the only one."""
    known = registry.entries()
    found = [entry for entry in known if name in (entry.id, entry.name)]
    if not found:
        raise SandboxNotFound(name, sorted({entry.name for entry in known}))
    if len(found) > 1:
        raise SandboxError(
            f"{len(found)} sandboxes are named '{name}'; say which by id: {', '.join(e.id for e in found)}"
        )
    return found[0]


async def snapshot(entry: Entry, *, timeout_s: float = ANSWER_TIMEOUT_S) -> wire.Snapshot:
    """What the kernel itself says: modules, versions, tree."""
    request = wire.GetSnapshot()
    return asks.expect(await _with_client(entry, request, timeout_s), wire.Snapshot, request)


class Past(Versions):
    """The versions of somebody else's sandbox, asked of its kernel."""

    def __init__(self, entry: Entry, *, timeout_s: float = WORK_TIMEOUT_S) -> None:
        self._entry, self._timeout_s = entry, timeout_s
        self._directory = entry.directory

    async def _ask(self, request: wire.Request, kind: type[R]) -> R:
        return asks.expect(await _with_client(self._entry, request, self._timeout_s), kind, request)

    async def _apply(self, request: wire.Request) -> wire.Applied:
        applied = await self._ask(request, wire.Applied)
        if not applied.ok:
            raise asks.refusal_of(applied)
        return applied


async def restart(entry: Entry) -> None:
    if entry.owner == "manager":
        await knock(entry.door, "restart", entry.name)
    elif entry.owner == "server":
        await asyncio.to_thread(_ask_server, entry, "POST", "/restart")
    else:
        raise SandboxError(
            f"sandbox '{entry.name}' belongs to a program that takes no restarts (process {entry.host_pid}); "
            "restart it there"
        )


async def destroy(entry: Entry) -> None:
    if entry.owner == "manager":
        await knock(entry.door, "destroy", entry.name)
    elif entry.owner == "server":
        await asyncio.to_thread(_ask_server, entry, "DELETE", "")
    else:
        await _shut_down(entry)


async def _shut_down(entry: Entry) -> None:
    async with _Connected(entry) as client:
        await client.control("shutdown_request", {"restart": False}, timeout_s=ANSWER_TIMEOUT_S)


async def _with_client(entry: Entry, request: wire.Request, timeout_s: float) -> wire.Reply:
    async with _Connected(entry) as client:
        return await client.request(request, timeout_s=timeout_s)


class _Connected:
    """A client of somebody else's kernel, for one question."""

    def __init__(self, entry: Entry) -> None:
        self._entry = entry
        self._context = zmq.asyncio.Context()

    async def __aenter__(self) -> KernelClient:
        try:
            self._client = KernelClient(self._entry.connection_file, context=self._context, sandbox=self._entry.name)
        except (OSError, ValueError, KeyError) as error:
            self._context.destroy(linger=0)
            raise WireError(f"the connection file of sandbox '{self._entry.name}' cannot be read: {error}") from None
        self._client.open()
        return self._client

    async def __aexit__(self, *_: object) -> None:
        await self._client.close()
        self._context.destroy(linger=0)


def _ask_server(entry: Entry, method: str, action: str) -> None:
    server = _server_of(entry.host_pid)
    if server is None:
        raise WireError(f"the Jupyter server of sandbox '{entry.name}' (process {entry.host_pid}) cannot be found")
    url = f"{server['url']}api/kernels/{urllib.parse.quote(entry.kernel_id)}{action}"
    headers = {"Authorization": f"token {server['token']}"}
    request = urllib.request.Request(url, method=method, headers=headers, data=b"" if method == "POST" else None)
    try:
        with urllib.request.urlopen(request, timeout=ANSWER_TIMEOUT_S):
            pass
    except (urllib.error.URLError, TimeoutError) as error:
        raise WireError(f"the Jupyter server of sandbox '{entry.name}' refused: {error}") from None


def _server_of(pid: int) -> dict[str, Any] | None:  # Any: JSON of Jupyter's own server file
    from jupyter_core.paths import jupyter_runtime_dir

    try:
        with open(f"{jupyter_runtime_dir()}/jpserver-{pid}.json", encoding="utf-8") as file:
            server: dict[str, Any] = json.load(file)
    except (OSError, ValueError):
        return None
    return server
