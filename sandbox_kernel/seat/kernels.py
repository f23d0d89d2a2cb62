"""The running sandboxes of a learner's server: where they lie, which notebook each is for, and hot reloads in them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import zmq.asyncio

from sandbox_kernel import wire
from sandbox_kernel.errors import SandboxError
from sandbox_kernel.host.client import KernelClient

ASK_S = 8.0


class Kernels:
    """`serverapp` is jupyter_server's; it carries no types of its own."""

    def __init__(self, serverapp: Any) -> None:  # Any: as above
        self._app = serverapp

    def directories(self) -> list[Path]:
        """The directories of the sandboxes that run now."""
        return [place.directory for _, place in self._places()]

    def _places(self) -> Iterator[tuple[Any, Any]]:  # Any: kernel manager, place
        for number in self._app.kernel_manager.list_kernel_ids():
            kernel = self._app.kernel_manager.get_kernel(number)
            place = getattr(getattr(kernel, "provisioner", None), "place", None)
            if place is not None:
                yield kernel, place

    async def notebooks(self) -> list[tuple[float, str, str]]:
        """Open notebooks, the one with the newest activity last: when, path, kernel id."""
        found = []
        for session in await self._app.session_manager.list_sessions():
            kernel = session.get("kernel") or {}
            if kernel.get("id"):
                active = self._app.kernel_manager.get_kernel(kernel["id"]).last_activity.timestamp()
                found.append((active, str(session["path"]), str(kernel["id"])))
        return sorted(found)

    async def reload(self, path: str, changes: list[tuple[str, str, str]], handed_out: frozenset[str]) -> list[str]:
        """Brings changed modules into the sandbox of this notebook; names of those that stay as the learner has them.

        A module takes the new text only while its live text is the old one; `handed_out` are all texts of the lesson,
        so that another of its own is not taken for the learner's. SandboxError when the sandbox refuses; nothing changed.
        """
        kept: list[str] = []
        for _, notebook, number in await self.notebooks():
            if notebook == path and changes:
                kernel = self._app.kernel_manager.get_kernel(number)
                kept += await self._reload_in(kernel, changes, handed_out)
        return kept

    async def _reload_in(
        self, kernel: Any, changes: list[tuple[str, str, str]], handed_out: frozenset[str]
    ) -> list[str]:  # Any: a kernel manager
        context = zmq.asyncio.Context.instance()
        client = KernelClient(kernel.connection_file, context=context)
        client.open()
        try:
            wanted: dict[str, str] = {}
            kept = []
            live = await self._live(client)
            for module, before, after in changes:
                if live.get(module) == after.strip() or module not in live:
                    continue
                if live[module] == before.strip():
                    wanted[module] = after
                elif live[module] not in handed_out:
                    kept.append(module)
            if wanted:
                applied = await client.request(
                    wire.ApplyModules(sources=wanted, note="a fix", author="course"), timeout_s=ASK_S
                )
                if not isinstance(applied, wire.Applied) or not applied.ok:
                    raise SandboxError(f"the sandbox refused {', '.join(wanted)}")
            return [module for module in kept if module not in wanted]
        finally:
            await client.close()

    async def _live(self, client: KernelClient) -> dict[str, str]:
        """The live text of each module, without spaces round it."""
        snapshot = await client.request(wire.GetSnapshot(), timeout_s=ASK_S)
        if not isinstance(snapshot, wire.Snapshot):
            return {}
        asked = [wire.GetSource(module=module.name, number=module.live) for module in snapshot.modules if module.live]
        replies = await asyncio.gather(*(client.request(one, timeout_s=ASK_S) for one in asked))
        return {reply.module: reply.text.strip() for reply in replies if isinstance(reply, wire.Source)}
