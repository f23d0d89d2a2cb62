"""What a host program asks of the past of one sandbox: the timeline, undo, tags, what broke it, the history as a file.

The part of `Sandbox` that is about versions beyond the live one; a class of its own because a file has a bound.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

from sandbox_kernel import wire
from sandbox_kernel.host import asks, handin

HISTORY_MOST_BYTES = 256 * 1024 * 1024

R = TypeVar("R", bound=wire.Message)


class Versions:
    """`_ask` and `_apply` are the sandbox's own; `_directory` is where it lives."""

    _directory: str

    async def _ask(self, request: wire.Request, kind: type[R]) -> R:
        raise NotImplementedError

    async def _apply(self, request: wire.Request) -> wire.Applied:
        raise NotImplementedError

    async def rollback(
        self,
        module: str,
        number: int | str,
        *,
        with_state: bool = False,
        state_handler: asks.StateHandler | None = None,
    ) -> wire.Applied:
        """Makes a version live again, by the same road as an edit: a number, a tag, or "-1" for the one before.

        `with_state` brings back the workers' state that was saved when that version was last replaced. VersionNotFound,
        ReloadError.
        """
        packed = asks.check_handler(state_handler)
        found = number if isinstance(number, int) else await self.version(module, number)
        request = wire.RollBack(
            module=asks.check_module(module), number=found, state_handler=packed, with_state=with_state
        )
        return await self._apply(request)

    async def undo(self, change: int = 0) -> wire.Applied:
        """Takes the newest change back with all its modules, or the one of that id in the timeline. Nothing is lost."""
        return await self._apply(wire.Undo(change=change))

    async def redo(self) -> wire.Applied:
        """Brings back the change that was undone last."""
        return await self._apply(wire.Redo())

    # -- questions ----------------------------------------------------------------------------------------------

    async def version(self, module: str, reference: int | str = "live") -> int:
        """The number of a version: of a number, a tag, "live", "newest" or "-1". VersionNotFound, ValueError."""
        request = wire.FindVersion(module=asks.check_module(module), reference=str(reference))
        return (await self._ask(request, wire.VersionFound)).number

    async def history(self, module: str, *, limit: int = 100, before: int = 0) -> wire.History:
        """The versions of a module, newest first; `before` pages on."""
        return await self._ask(
            wire.GetHistory(module=asks.check_module(module), limit=limit, before=before), wire.History
        )

    async def dependencies(self) -> wire.Dependencies:
        """Which live modules import which, and the order in which a reload installs them; circles are one group."""
        return await self._ask(wire.GetDependencies(), wire.Dependencies)

    async def statistics(self, module: str) -> wire.Statistics:
        """Counts over the whole history of a module."""
        return await self._ask(wire.GetStatistics(module=asks.check_module(module)), wire.Statistics)

    async def timeline(self, *, limit: int = 100, before: int = 0) -> list[wire.ChangeInfo]:
        """All changes of all modules, newest first: edits, rollbacks, refusals; each with what its compilation found."""
        return (await self._ask(wire.GetTimeline(limit=limit, before=before), wire.Timeline)).changes

    async def diff(self, module: str, left: int, right: int) -> wire.Diff:
        """Two versions, unified and as rows side by side; number 0 is the saved file."""
        return await self._ask(wire.GetDiff(module=asks.check_module(module), left=left, right=right), wire.Diff)

    async def source(self, module: str, number: int = 0) -> str:
        """The text of a version; number 0 is the saved file."""
        return (await self._ask(wire.GetSource(module=asks.check_module(module), number=number), wire.Source)).text

    async def bisect(self, module: str, check: str) -> wire.Break:
        """Finds the version from which on the expression `check` is false, in a separate process beside the live one."""
        return await self._ask(wire.FindBreak(module=asks.check_module(module), check=check), wire.Break)

    # -- upkeep -------------------------------------------------------------------------------------------------

    async def tag(self, module: str, tag: str, number: int | str = "live") -> int:
        """Names a version, to find it again; the same name again moves it. Its number."""
        found = await self.version(module, number)
        return (await self._ask(wire.TagVersion(module=module, number=found, tag=tag), wire.Done)).count

    async def untag(self, module: str, tag: str) -> None:
        """ValueError when no version has that name."""
        await self._ask(wire.TagVersion(module=asks.check_module(module), number=0, tag=tag), wire.Done)

    async def forget_versions(self, keep_last: int, *, keep_tagged: bool = True) -> int:
        """Forgets all but the newest `keep_last` versions of each module; live ones stay. How many were forgotten."""
        return (await self._ask(wire.ForgetVersions(keep_last=keep_last, keep_tagged=keep_tagged), wire.Done)).count

    async def export_history(self, path: str | Path) -> int:
        """Writes the whole history to a file of the host, JSON lines (docs/history-format.md); the number of lines.

        The sandbox writes it in its directory; the host copies the bytes and reads none of them.
        """
        with self._passing() as name:
            count = (await self._ask(wire.ExportHistory(file=name), wire.Done)).count
            Path(path).write_bytes(handin.read(Path(self._directory), name, most_bytes=HISTORY_MOST_BYTES))
        return count

    async def import_history(self, path: str | Path) -> int:
        """Fills a sandbox that has no history yet from such a file and loads what was live; the number of versions."""
        data = Path(path).read_bytes()
        with self._passing() as name:
            handin.put(Path(self._directory), name, data)
            return (await self._ask(wire.ImportHistory(file=name), wire.Done)).count

    @contextlib.contextmanager
    def _passing(self) -> Iterator[str]:
        """A name in the sandbox's directory for a file that is passed through, gone afterwards."""
        name = f".history-{secrets.token_hex(8)}.jsonl"
        try:
            yield name
        finally:
            with contextlib.suppress(OSError):
                os.unlink(Path(self._directory, name))
