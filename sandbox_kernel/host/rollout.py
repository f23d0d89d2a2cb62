"""One change for many sandboxes, in stages, taken back everywhere when it turns out bad; and a variant that won, for all.

    rollout = await manager.rollout({"till": new}, health="import till; assert till.price() > 0", stages=(1, 0.25, 1.0))
    rollout.ok, rollout.updated, rollout.failed, rollout.restored

Weighed for taking back: (a) roll each module back to the number before: a change of several modules would come back in
pieces; (b) apply the texts that were live before as one change: all or nothing, by the road of every edit, and in the
history: (b). Weighed for health: (a) trust the reload's own success: it says that the code loads, not that it works; (b)
a function of the host: cannot see inside; (c) code that runs in the sandbox, or a function of the host: (c).
"""

from __future__ import annotations

import asyncio
import inspect
import math
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from sandbox_kernel import wire
from sandbox_kernel.errors import ModuleNotFound, SandboxError
from sandbox_kernel.host import asks

if TYPE_CHECKING:
    from sandbox_kernel.host.manager import SandboxManager
    from sandbox_kernel.host.sandbox import Sandbox

Health = str | Callable[["Sandbox"], bool | Awaitable[bool]]


@dataclass(frozen=True, slots=True)
class Rollout:
    """`updated` run the change; `failed` says per sandbox why it does not, or why it is unhealthy; `restored` had it and
    were taken back, `unrestored` could not be; `untouched` were not reached."""

    updated: tuple[str, ...] = ()
    failed: Mapping[str, str] = field(default_factory=dict)
    restored: tuple[str, ...] = ()
    unrestored: Mapping[str, str] = field(default_factory=dict)
    untouched: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        return not self.failed


async def roll_out(
    manager: SandboxManager,
    sources: Mapping[str, str | Path],
    names: Iterable[str],
    *,
    health: Health,
    stages: Sequence[int | float],
    note: str,
) -> Rollout:
    """See `SandboxManager.rollout`."""
    asks.check_sources(sources)
    sandboxes = [manager.get(name) for name in dict.fromkeys(names)]
    before: dict[str, dict[str, str]] = {}
    failed: dict[str, str] = {}
    for end in ends(stages, len(sandboxes)):
        stage = sandboxes[len(before) : end]
        for sandbox in stage:
            before[sandbox.name] = await live_texts(sandbox, sources)
        outcomes = await asyncio.gather(*(_update(sandbox, sources, health, note) for sandbox in stage))
        failed = {sandbox.name: reason for sandbox, reason in zip(stage, outcomes, strict=True) if reason}
        failed |= await _unhealthy([one for one in sandboxes[: len(before)] if one not in stage], health)
        if failed:
            break
    reached, rest = sandboxes[: len(before)], sandboxes[len(before) :]
    if not failed:
        return Rollout(updated=tuple(one.name for one in reached))
    lost = await asyncio.gather(*(_restore(one, before[one.name], note) for one in reached))
    unrestored = {one.name: reason for one, reason in zip(reached, lost, strict=True) if reason}
    restored = tuple(one.name for one in reached if one.name not in unrestored)
    return Rollout((), failed, restored, unrestored, tuple(one.name for one in rest))


def ends(stages: Sequence[int | float], count: int) -> list[int]:
    """How many sandboxes have the change after each stage; a float is a share of all, an int a number. All in the end."""
    found: list[int] = []
    for stage in stages:
        if isinstance(stage, bool) or not stage > 0 or (isinstance(stage, float) and stage > 1):
            raise ValueError(f"a stage is a number of sandboxes or a share of them up to 1.0, not {stage!r}")
        end = min(count, math.ceil(stage * count) if isinstance(stage, float) else stage)
        if end > (found[-1] if found else 0):
            found.append(end)
    return found if found and found[-1] == count else [*found, count] if count else []


async def live_texts(sandbox: Sandbox, modules: Iterable[str]) -> dict[str, str]:
    """The live source of each of these modules that the sandbox has."""
    live = {info.name: info.live for info in (await sandbox.snapshot()).modules}
    return {name: await sandbox.source(name, live[name]) for name in modules if live.get(name)}


async def promoted(
    manager: SandboxManager, variant: str, targets: Iterable[str], modules: Iterable[str] | None, *, at_once: int
) -> dict[str, wire.Applied | SandboxError]:
    """See `SandboxManager.promote`."""
    sandbox = manager.get(variant)
    known = [info.name for info in (await sandbox.snapshot()).modules if info.live]
    wanted = known if modules is None else list(modules)
    for name in wanted:
        if name not in known:
            raise ModuleNotFound(name, known)
    texts = await live_texts(sandbox, wanted)
    others = [name for name in targets if name != variant]
    return await manager.hot_reload_many(texts, others, note=f"promoted from {variant}", at_once=at_once)


async def _update(sandbox: Sandbox, sources: Mapping[str, str | Path], health: Health, note: str) -> str:
    """Empty when the sandbox runs the change and is well."""
    try:
        await sandbox.hot_reload_all(sources, note=note)
    except SandboxError as error:
        return str(error)
    return await _illness(sandbox, health)


async def _unhealthy(sandboxes: Sequence[Sandbox], health: Health) -> dict[str, str]:
    found = await asyncio.gather(*(_illness(sandbox, health) for sandbox in sandboxes))
    return {sandbox.name: reason for sandbox, reason in zip(sandboxes, found, strict=True) if reason}


async def _illness(sandbox: Sandbox, health: Health) -> str:
    """Why a sandbox is not well, empty when it is."""
    try:
        if isinstance(health, str):
            (await sandbox.run(health)).raise_for_error()
            return ""
        found = health(sandbox)
        return "" if (await found if inspect.isawaitable(found) else found) else "its health check returned false"
    except SandboxError as error:
        return str(error)


async def _restore(sandbox: Sandbox, texts: Mapping[str, str], note: str) -> str:
    """Empty when what was live before is live again."""
    try:
        if sandbox.info().status != "running":
            await sandbox.restart()
        if texts:
            await sandbox.hot_reload_all(texts, note=f"taken back: {note}" if note else "taken back")
    except SandboxError as error:
        return str(error)
    return ""
