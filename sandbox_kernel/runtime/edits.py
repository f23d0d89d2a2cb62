"""Installs one staged change in the running kernel, or nothing of it.

Called by the session only, under its lock. The order is: suspend the workers concerned, ask the newer code to bring their
state down (where the change goes back), swap the code, import what is new, ask the newer code to bring the state up,
publish, resume. Whatever raises on the way, all before it is undone.
"""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field

from sandbox_kernel.errors import ReloadError, SandboxError
from sandbox_kernel.reload.reloader import Reloader
from sandbox_kernel.reload.report import ObjectChange, ReloadReport
from sandbox_kernel.runtime import state_handler
from sandbox_kernel.runtime.modules import SandboxFinder
from sandbox_kernel.runtime.state import ClassChange, change_for, class_changes
from sandbox_kernel.runtime.state_handler import Migration, StateHandler
from sandbox_kernel.supervision.refs import Ref
from sandbox_kernel.supervision.suspension import Group, WorkerInfo
from sandbox_kernel.supervision.system import System
from sandbox_kernel.supervision.worker import Down
from sandbox_kernel.versions.store import VersionStore

States = Mapping[str, Mapping[str, object]]  # module -> worker's label -> state, plain data


@dataclass(frozen=True, slots=True)
class Edit:
    """A change of one or more modules: their new texts and numbers, and the live ones they replace (0: none).

    A text of None takes the module away. `migration` takes the place of `code_change`: states by the workers' labels, or
    a host's function.
    """

    sources: Mapping[str, str | None]
    numbers: Mapping[str, int]
    old_sources: Mapping[str, str] = field(default_factory=dict)
    old_numbers: Mapping[str, int] = field(default_factory=dict)
    migration: Migration = None

    @property
    def states(self) -> Mapping[str, object]:
        """What workers get without being asked, by their label."""
        return self.migration if isinstance(self.migration, Mapping) else {}

    @property
    def handler(self) -> StateHandler | None:
        return None if isinstance(self.migration, Mapping) else self.migration

    @property
    def texts(self) -> dict[str, str]:
        """The modules that stay or come."""
        return {name: text for name, text in self.sources.items() if text is not None}

    def class_changes(self) -> dict[tuple[str, str], ClassChange]:
        """By module and qualified name."""
        found: dict[tuple[str, str], ClassChange] = {}
        for module, source in self.texts.items():
            if module in self.old_sources:
                old, new = self.old_numbers[module], self.numbers[module]
                for change in class_changes(module, self.old_sources[module], source, old, new):
                    found[module, change.qualname] = change
        return found

    def goes_down(self, module: str) -> bool:
        return self.numbers[module] < self.old_numbers.get(module, 0)


class Installer:
    """`suspend_timeout_s` is how long a worker may take to reach the end of its message."""

    def __init__(
        self, finder: SandboxFinder, reloader: Reloader, system: System, *, suspend_timeout_s: float = 5.0
    ) -> None:
        self._finder = finder
        self._reloader = reloader
        self._system = system
        self._suspend_timeout_s = suspend_timeout_s

    def install(self, edit: Edit, publish: Callable[[States], None]) -> ReloadReport:
        """`publish` gets the workers' states of before and runs last, inside the transaction. Raises ReloadError."""
        with self._finder.directory.room_for(edit.texts) as packages:
            return self._install(edit, publish, packages)

    def _install(self, edit: Edit, publish: Callable[[States], None], packages: Sequence[str]) -> ReloadReport:
        """`packages` were modules without parts until now: they get a `__path__`, whether their text changes or not."""
        loaded = {name: source for name, source in edit.sources.items() if name in sys.modules}
        paths = {name: str(self._finder.directory.path_of(name)) for name in packages if name in sys.modules}
        loaded = {**{name: self._finder.source_of(name) for name in paths}, **loaded}
        fresh = [name for name in edit.texts if name not in sys.modules]
        workers = self._system.workers_of(self._concerned(edit.sources))
        up, down = _migrations(edit, workers)
        known = [(worker, label(worker)) for worker in workers if label(worker) in edit.states]
        handled: list[ObjectChange] = []
        with self._finder.staged(edit.texts), self._suspended(workers) as group:
            states = self._states(workers, edit)

            def finish() -> None:
                self._import(fresh)
                _migrate(group, up)
                if group is not None and edit.states:
                    group.put_states({worker.ref: edit.states[who] for worker, who in known})
                if group is not None and edit.handler is not None:
                    handled.extend(self._hand_over(group, edit, edit.handler, workers))
                publish(states)

            try:
                _migrate(group, down)
                if loaded:
                    report = self._reloader.apply(loaded, migrate=finish, paths=paths)
                    return ReloadReport((*report.objects, *handled), report.duration_ms)
                finish()
                return ReloadReport(tuple(handled), 0.0)
            except BaseException:
                if group is not None:
                    group.restore()
                self._forget(fresh)
                raise

    def _hand_over(
        self, group: Group, edit: Edit, handler: StateHandler, workers: Sequence[WorkerInfo]
    ) -> list[ObjectChange]:
        """All states become what the host's function makes of them, or none does."""
        states: dict[Ref, object] = {}
        done: list[ObjectChange] = []
        for worker, versions in state_handler.concerned(workers, edit.old_numbers, edit.numbers):
            state = self._system.get_state(worker.ref)
            states[worker.ref] = state_handler.new_state(handler, worker, state, versions, self._suspend_timeout_s)
            done.append(ObjectChange(worker.module, label(worker), "migrated", "by the host's state_handler"))
        group.put_states(states)
        return done

    def _states(self, workers: Sequence[WorkerInfo], edit: Edit) -> States:
        """The states of the changed modules' own workers that are plain data, so that a rollback can bring them back."""
        found: dict[str, dict[str, object]] = {}
        for worker in workers:
            if worker.module in edit.old_sources:
                state = self._system.get_state(worker.ref)
                if is_plain(state):
                    found.setdefault(worker.module, {})[label(worker)] = state
        return found

    def _suspended(self, workers: Sequence[WorkerInfo]) -> AbstractContextManager[Group | None]:
        """Nobody to suspend costs nothing: each step of a group is a way to the tree's thread and back."""
        return self._system.suspended(workers, timeout_s=self._suspend_timeout_s) if workers else nullcontext()

    def _concerned(self, modules: Iterable[str]) -> set[str]:
        """The changed modules and the loaded ones of this sandbox that hold something of theirs."""
        names = set(modules)
        own = self._finder.directory.names()
        grown = True
        while grown:
            before = len(names)
            names |= {name for name in own if name not in names and _uses(name, names)}
            grown = len(names) > before
        return names

    def _import(self, names: Sequence[str]) -> None:
        for name in names:
            try:
                importlib.import_module(name)
            except SandboxError:
                raise
            except BaseException as error:  # a module may raise SystemExit: that must end the edit, not the kernel
                raise ReloadError(
                    f"importing '{name}' raised {type(error).__name__}: {error}", module=name, reason="import-failed"
                ) from error

    def _forget(self, names: Sequence[str]) -> None:
        for name in names:
            sys.modules.pop(name, None)
            parent, _, child = name.rpartition(".")
            if parent in sys.modules:
                vars(sys.modules[parent]).pop(child, None)


def label(worker: WorkerInfo) -> str:
    """What a worker is called over restarts: its name, or its id when it has none."""
    return str(worker.name or worker.id)


def saved_states(store: VersionStore, name: str, number: int) -> dict[str, object]:
    """By the workers' labels, as they were when that version was last replaced. ValueError when none were saved."""
    body = store.state(name, number)
    if body is None:
        raise ValueError(f"no state was saved with version {number} of '{name}'; roll back without it")
    states: dict[str, object] = json.loads(body)
    return states


def is_plain(value: object) -> bool:
    """Whether JSON brings the value back as it was."""
    try:
        return bool(json.loads(json.dumps(value)) == value)
    except (TypeError, ValueError, RecursionError):
        return False


def _migrations(edit: Edit, workers: Sequence[WorkerInfo]) -> tuple[dict[Ref, object], dict[Ref, object]]:
    """What each worker's `code_change` is told: after the swap for those that go up, before it for those that go down."""
    changes = edit.class_changes() if workers and edit.handler is None else {}
    up: dict[Ref, object] = {}
    down: dict[Ref, object] = {}
    for worker in workers:
        change = change_for(worker.lineage, changes)
        if change is None or label(worker) in edit.states:
            continue
        if edit.goes_down(change.module):
            down[worker.ref] = Down(change.new)
        else:
            up[worker.ref] = change.old
    return up, down


def _migrate(group: Group | None, versions: Mapping[Ref, object]) -> None:
    if group is not None and versions:
        group.change_code(lambda worker: versions[worker.ref], only=versions)


def _uses(name: str, names: set[str]) -> bool:
    """Whether the loaded module `name` has a module of `names`, or something that was defined in one, at its top level."""
    module = sys.modules.get(name)
    if module is None:
        return False
    for value in list(vars(module).values()):
        home = getattr(value, "__name__", None) if isinstance(value, type(sys)) else getattr(value, "__module__", None)
        if isinstance(home, str) and home in names:
            return True
    return False
