"""Saves the state of workers that ask for it, so that even a killed kernel comes back with it.

A checkpoint is for a *new process*: the first start of a worker of that name in a system takes it up. A restart after a
crash begins afresh, as always, because the saved state may be what crashed it. Saved on change, at most once in the
interval.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import quote

from sandbox_kernel.errors import StartError
from sandbox_kernel.supervision.events import CheckpointFailed
from sandbox_kernel.supervision.plain_state import NotPlainError, decode, encode
from sandbox_kernel.supervision.reasons import Reason, is_abnormal, short_text
from sandbox_kernel.supervision.versions import version_of

if TYPE_CHECKING:
    from sandbox_kernel.supervision.server import WorkerProcess


class CheckpointStore(Protocol):
    """Where checkpoints are kept. Called from a thread of the tree's; `data` is JSON."""

    def load(self, worker: str) -> tuple[Any, bytes] | None:
        """The version of the code that saved it, and the state."""

    def save(self, worker: str, version: Any, data: bytes) -> None: ...


class FileCheckpoints:
    """One file per worker in a directory, replaced as a whole."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def load(self, worker: str) -> tuple[Any, bytes] | None:
        try:
            saved = json.loads(self._path(worker).read_bytes())
        except FileNotFoundError:
            return None
        return saved["version"], json.dumps(saved["state"]).encode()

    def save(self, worker: str, version: Any, data: bytes) -> None:
        self._directory.mkdir(parents=True, exist_ok=True)
        path = self._path(worker)
        draft = path.with_suffix(".draft")
        draft.write_bytes(b'{"version":%s,"state":%s}' % (json.dumps(version).encode(), data))
        os.replace(draft, path)

    def _path(self, worker: str) -> Path:
        return self._directory / f"{quote(worker, safe='')}.json"


class Checkpointer:
    """Saves one worker's state. Lives on the tree's loop; the writing itself is done in a thread."""

    def __init__(self, process: WorkerProcess, store: CheckpointStore) -> None:
        self._process, self._store = process, store
        every = process.worker.checkpoint
        self._interval_s = 1.0 if every is True else float(every)
        self._saved: bytes | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._saving = self._dirty = False
        self._numbers, self._written, self._lock = itertools.count(1), 0, threading.Lock()
        self._last = float("-inf")
        self._failure = ""

    async def restore(self, state: Any) -> Any:
        """The saved state in today's shape, or `state` if there is none or it does not fit; StartError if `state` is of
        a kind that cannot be saved."""
        await self._refuse_unsaveable(state)
        process = self._process
        if process.label in process.core.restored:
            return state
        process.core.restored.add(process.label)
        try:
            found = await asyncio.to_thread(self._store.load, process.label)
            return state if found is None else await self._migrated(*found)
        except Exception as error:  # a store or a code_change that fails must not keep the worker from running
            self._failed(f"its saved state was not taken up: {short_text(error)}")
            return state

    async def _refuse_unsaveable(self, state: Any) -> None:
        try:
            encode(state)
        except NotPlainError as error:
            text = f"'{self._process.label}' did not start: {error}"
            raise StartError(text, reason=("not_plain", str(error))) from error

    async def _migrated(self, version: Any, data: bytes) -> Any:
        state = decode(data)
        worker = self._process.worker
        if version == version_of(type(worker)):
            return state
        return await self._process.perform(worker.code_change, version, state, None)

    def changed(self) -> None:
        """The worker handled a message."""
        self._dirty = True
        if self._timer is None and not self._saving:
            loop = self._process.core.loop
            wait_s = max(0.0, self._last + self._interval_s - loop.time())
            self._timer = loop.call_later(wait_s, self._begin)

    def _begin(self) -> None:
        self._timer, self._saving = None, True
        self._process.core.loop.create_task(self._save(), context=self._process.core.context.copy())

    async def _save(self) -> None:
        self._dirty = False
        try:
            await asyncio.to_thread(self._write, next(self._numbers), encode(self._process.state))
        except Exception as error:  # the worker goes on without its checkpoint, and that is said
            self._failed(f"its state was not saved: {short_text(error)}")
        self._last, self._saving = self._process.core.loop.time(), False
        if self._dirty and self._process.alive:
            self.changed()

    def _write(self, number: int, data: bytes) -> None:
        """In whichever thread; an older state never replaces a newer one."""
        with self._lock:
            if number > self._written and data != self._saved:
                self._store.save(self._process.label, self._version(), data)
                self._written, self._saved = number, data

    def ended(self, reason: Reason) -> None:
        """At an orderly end what has not been saved yet is saved at once; the state of a crash is not worth keeping."""
        if self._timer is not None:
            self._timer.cancel()
        if is_abnormal(reason) or not (self._dirty or self._saving):
            return
        try:
            self._write(next(self._numbers), encode(self._process.state))
        except Exception as error:  # as above
            self._failed(f"its state was not saved: {short_text(error)}")

    def _version(self) -> Any:
        return version_of(type(self._process.worker))

    def _failed(self, reason: str) -> None:
        if reason != self._failure:
            self._failure = reason
            process = self._process
            process.core.events.emit(CheckpointFailed(process.label, process.ref, reason=reason))
