"""The supervision trees that a sandbox was told to run: started once, told of new declarations, back after a restart."""

from __future__ import annotations

import importlib

from sandbox_kernel.errors import StartError
from sandbox_kernel.supervision.refs import Ref
from sandbox_kernel.supervision.spec import Supervisor
from sandbox_kernel.supervision.system import System
from sandbox_kernel.versions.store import VersionStore

KEY = "trees"


class DeclaredTrees:
    """`wanted` are the targets, `module:function`, in the order of their first start; they are kept in the store."""

    def __init__(self, system: System, store: VersionStore) -> None:
        self._system, self._store = system, store
        self._running: dict[str, Ref] = {}

    @property
    def wanted(self) -> list[str]:
        kept = self._store.get_meta(KEY)
        return [str(target) for target in kept] if isinstance(kept, list) else []

    def start(self, target: str) -> None:
        """Start the supervisor that `module:function` returns (`tree` by default), and remember it.

        A tree that runs already takes the new declaration: running children go on, new ones start, vanished ones end.
        Raises StartError.
        """
        module, _, function = target.partition(":")
        key = f"{module}:{function or 'tree'}"
        make = getattr(importlib.import_module(module), function or "tree", None)
        if not callable(make):
            raise StartError(
                f"'{module}' has no function '{function or 'tree'}' that returns a Supervisor; write one first"
            )
        declared = make()
        if not isinstance(declared, Supervisor):
            raise StartError(f"'{key}' gives {declared!r}; return a Supervisor")
        running = self._running.get(key)
        if running is not None and self._system.alive(running):
            self._system.redeclare(running, declared, apply=True)
        else:
            self._running[key] = self._system.start_supervisor(declared)
        if key not in self.wanted:
            self._store.set_meta(KEY, [*self.wanted, key])
