"""One sandbox inside its kernel: directory, store, compiler, reloader and supervision under one lock.

Every face (magic, widget, control channel) goes through here, and every edit through `apply`; a rollback is an edit with
a stored text. Lane: any thread. `apply` and `start_tree` hold the session's lock for their whole length; questions do not
wait for it.

Weighed for the order of the last steps: accepting in the store first and writing files after it leaves, when the kernel is
killed between the two, a file older than the live version, which the next `%sandbox_reload` would take for an edit
backwards. Files first, store last: a kill between them leaves an edit that was not accepted yet, which is the truth.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import threading
import time
import types
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from sandbox_kernel import wire
from sandbox_kernel.errors import CompileError, ModuleNotFound, SandboxError
from sandbox_kernel.reload.reloader import Reloader
from sandbox_kernel.reload.report import ReloadReport
from sandbox_kernel.runtime import refusals, usage, views
from sandbox_kernel.runtime.edits import Edit, Installer, States, saved_states
from sandbox_kernel.runtime.events import EventLog
from sandbox_kernel.runtime.live import LiveFeed
from sandbox_kernel.runtime.lock import DirectoryLock
from sandbox_kernel.runtime.modules import ModuleDirectory, SandboxFinder, check_name, check_text
from sandbox_kernel.runtime.state_handler import Migration, StateHandler
from sandbox_kernel.runtime.tree import TreeReporter
from sandbox_kernel.runtime.trees import DeclaredTrees
from sandbox_kernel.supervision.checkpoints import FileCheckpoints
from sandbox_kernel.supervision.output import Output
from sandbox_kernel.supervision.system import System
from sandbox_kernel.versions import compiler, launching
from sandbox_kernel.versions.artifact import CompileReport
from sandbox_kernel.versions.compiler import Compiler
from sandbox_kernel.versions.project import compile_project
from sandbox_kernel.versions.settings import settings_from
from sandbox_kernel.versions.store import Change, VersionStore

PRELOAD = (*compiler.PRELOAD, "sandbox_kernel.supervision.api", "sandbox_kernel.supervision.worker")


class Session:
    """Made by `Session.open`; `close` ends the tree, the compile worker and the lock."""

    def __init__(
        self,
        directory: ModuleDirectory,
        store: VersionStore,
        *,
        compiler: Compiler,
        reloader: Reloader,
        system: System,
        events: EventLog,
    ) -> None:
        self.directory, self.store, self.system, self.events = directory, store, system, events
        self.live = LiveFeed(self.tree, usage.of_this_process)
        events.subscribe(self.live.wake)
        self.trees = DeclaredTrees(system, store)
        self.started = time.time()
        self.notices: list[str] = []
        self._compiler, self._reloader = compiler, reloader
        self._lock = threading.RLock()
        self._live = _live_versions(store)
        self._finder = SandboxFinder(directory, self.live_sources, self._on_loaded)
        self._installer = Installer(self._finder, reloader, system)
        self._applying = False
        self._release: Callable[[], None] = lambda: None

    @classmethod
    def open(
        cls, root: Path, *, namespaces: Callable[[], Iterable[dict[str, Any]]], output: Output | None = None
    ) -> Session:
        """Lock and open the sandbox in `root`, made when missing. Raises StartError when another kernel has it.

        `namespaces` are the notebook's own, Any: values of a learner's names; `output` shows what workers print.
        """
        settings = settings_from(os.environ)
        root.mkdir(parents=True, exist_ok=True)
        lock = DirectoryLock(root / ".sandbox" / "lock")
        lock.acquire()
        store = VersionStore.open(root / ".sandbox", lazy=True)
        events = EventLog()
        system = System(
            name="sandbox",
            events=TreeReporter(events),
            output=output,
            sources=lambda: session.live_sources(),  # asked when a worker process starts
            checkpoints=FileCheckpoints(root / ".sandbox" / "checkpoints"),
        )
        session = cls(
            ModuleDirectory(root),
            store,
            compiler=Compiler(
                search_path=[str(root)],
                limits=settings.limits,
                profile=settings.profile,
                preload=PRELOAD,
                launch=launching.from_seed,
            ),
            reloader=Reloader(namespaces, trial=lambda _: None),  # the compiler has tried them already
            system=system.start(),
            events=events,
        )
        session._release = lock.release
        if store.recovered_from:
            session.notices.append(refusals.damaged_store(store.recovered_from))
        if settings.keep_versions and not store.is_new:
            store.prune(keep_last=settings.keep_versions)
        session._finder.install()
        return session

    def close(self) -> None:
        """Ends the trees within two seconds, as a kernel that shuts down has no longer."""
        self._finder.uninstall()
        self.system.stop(timeout_s=2.0)
        self._compiler.close()
        self.store.close()
        self._release()

    # -- questions ----------------------------------------------------------------------------------------------

    def live_sources(self) -> dict[str, str]:
        return {name: source for name, (_, source) in self._live.items()}

    def live_number(self, name: str) -> int:
        """0 when no version of it is live."""
        return self._live.get(name, (0, ""))[0]

    def known(self) -> list[str]:
        """Modules with a version or a file, sorted."""
        return sorted({*self._live, *self.directory.names(), *self.store.modules()})

    def text(self, name: str, number: int) -> str:
        """The text of a version; 0 means the saved file. Raises ModuleNotFound, VersionNotFound or CompileError."""
        return self.store.source(name, number) if number else self.directory.read(name)

    def hello(self) -> wire.Hello:
        return views.hello(self)

    def snapshot(self) -> wire.Snapshot:
        last = self.events.last  # before the rest: a view may then see an event twice, but never miss one
        modules = [views.module_info(self, name) for name in self.known()]
        return wire.Snapshot(
            hello=self.hello(), modules=modules, tree=self.tree().roots, last_event=last, trees=self.trees.wanted
        )

    def tree(self) -> wire.Tree:
        return wire.Tree(roots=[views.tree_node(node) for node in self.system.tree().roots])

    # -- edits --------------------------------------------------------------------------------------------------

    def check(self, name: str, source: str) -> wire.Checked:
        """Compile in isolation; nothing is stored or loaded. Raises ValueError for a bad name."""
        check_name(name)
        report = self.try_sources({name: source})
        return wire.Checked(
            module=name,
            ok=report.ok,
            problems=views.problems(report),
            duration_ms=report.duration_ms,
            output=report.output,
        )

    def apply(
        self,
        sources: Mapping[str, str | None],
        *,
        kind: str = "reload",
        author: str = "",
        note: str = "",
        target: int = 0,
        migration: Migration = None,
    ) -> wire.Applied:
        """Check, store and hot-reload all modules or none. Raises ValueError for a bad name or an empty change.

        None takes a module away. `target` is the change that an undo concerns. `migration`: see `Edit`.
        """
        if not sources:
            raise ValueError("there is nothing to apply: name at least one module")
        for name, source in sources.items():
            check_name(name)
            check_text(name, source)
        with self._lock:
            self._applying = True
            try:
                author = author or os.environ.get("JUPYTERHUB_USER", "")
                return self._apply(sources, kind, migration, author=author, note=note, target=target)
            finally:
                self._applying = False

    def _apply(
        self, sources: Mapping[str, str | None], kind: str, migration: Migration, **about: Any
    ) -> wire.Applied:  # Any: author, note and target, as the store takes them
        changed = {n: s for n, s in sources.items() if n not in sys.modules or self._live.get(n, (0, None))[1] != s}
        if not changed:
            return views.unchanged({name: self.live_number(name) for name in sources})
        begin = time.perf_counter()
        report = self.try_sources({name: source for name, source in changed.items() if source is not None})
        change = self.store.stage(changed, kind=kind, **about)
        edit = self._edit(changed, change, migration)
        problems = views.problems(report)
        try:
            report.raise_for_errors()
            done = self._installer.install(
                edit, lambda states: self._publish(edit, change, states, views.stored(report), begin)
            )
        except (SandboxError, OSError) as error:
            return self._refuse(error, edit, change, report, begin)
        except BaseException:
            self.store.reject(change.id, stage="internal", reason="the reload was interrupted")
            raise
        return self._announce(done, edit, kind if any(edit.old_numbers.values()) else "load", problems, begin)

    def try_sources(self, sources: Mapping[str, str]) -> CompileReport:
        """Compile and import these texts in the isolated process, beside the live versions of the other modules."""
        others = {name: source for name, source in self.live_sources().items() if name not in sources}
        return self._compiler.compile(sources, live=others)

    def warm_up(self) -> None:
        """Start the compile worker in the background, where none was forked with the kernel and one is expected."""
        if launching.is_missing():
            threading.Thread(target=self._compiler.start, name="compile worker", daemon=True).start()

    def compile_files(self, *, trial: bool = True) -> CompileReport:
        """All saved files, each looked at and tried if it or what it imports changed; nothing is stored or loaded."""
        return compile_project(self.directory.root, compiler=self._compiler, trial_import=trial)

    def _edit(self, sources: Mapping[str, str | None], change: Change, migration: Migration) -> Edit:
        live = {name: self._live[name] for name in sources if name in self._live}
        return Edit(
            sources,
            change.versions,
            {name: source for name, (_, source) in live.items()},
            {name: number for name, (number, _) in live.items()},
            migration,
        )

    def _publish(self, edit: Edit, change: Change, states: States, report: str, begin: float) -> None:
        """Inside the transaction: files, then the store. What raises here undoes the change; files go back too."""
        before = {name: self.directory.read_bytes(name) for name in edit.sources}
        try:
            for name, source in edit.sources.items():
                if self._saved(name) != source:
                    self.directory.write(name, source)
            self.store.accept(change.id, report=report, duration_ms=(time.perf_counter() - begin) * 1000)
        except BaseException:
            for name, data in before.items():
                self.directory.write_bytes(name, data)
            raise
        for name, state in states.items():
            self.store.save_state(name, edit.old_numbers[name], json.dumps(state).encode())
        live = {**self._live, **{name: (edit.numbers[name], source) for name, source in edit.texts.items()}}
        self._live = {name: entry for name, entry in live.items() if edit.sources.get(name, "") is not None}

    def _saved(self, name: str) -> str | None:
        try:
            return self.directory.read(name)
        except (ModuleNotFound, CompileError):
            return None

    def _refuse(
        self, error: Exception, edit: Edit, change: Change, report: CompileReport, begin: float
    ) -> wire.Applied:
        """Nothing live was changed: keep the version with the reason, tell everyone."""
        refusal = refusals.describe(error, edit, self.live_number)
        took, problems = (time.perf_counter() - begin) * 1000, views.problems(report)
        self.store.reject(
            change.id, stage=refusal.stage, reason=refusal.reason, report=views.stored(report), duration_ms=took
        )
        self.events.emit(
            wire.ReloadRejected(
                stage=refusal.stage,
                reason=refusal.reason,
                summary=refusal.summary,
                modules=sorted(edit.sources),
                problems=problems,
                traceback=refusal.traceback,
            )
        )
        return wire.Applied(
            ok=False,
            summary=refusal.summary,
            versions={name: self.live_number(name) for name in edit.sources},
            problems=problems,
            duration_ms=took,
            stage=refusal.stage,
            traceback=refusal.traceback,
        )

    def _announce(
        self, report: ReloadReport, edit: Edit, kind: str, problems: list[wire.Problem], begin: float
    ) -> wire.Applied:
        took = (time.perf_counter() - begin) * 1000
        objects = views.objects(report)
        summary = views.success(edit.numbers, edit.old_numbers, objects, took)
        versions = dict(edit.numbers)
        self.events.emit(
            wire.Reloaded(kind=kind, summary=summary, versions=versions, objects=objects, duration_ms=took)
        )
        return wire.Applied(
            ok=True, summary=summary, versions=versions, objects=objects, problems=problems, duration_ms=took
        )

    def reload_files(self, names: Sequence[str] = ()) -> wire.Applied:
        """Apply the saved files of `names`, of all that differ from their live version when none is given."""
        names = list(names) or [name for name in self.directory.names() if self.is_edited(name)]
        if not names:
            return views.unchanged({name: self.live_number(name) for name in self._live})
        try:
            sources = {name: self.directory.read(name) for name in names}
        except CompileError as error:
            return views.unreadable(error, self.live_number)
        return self.apply(sources, note="saved file")

    def is_edited(self, name: str) -> bool:
        """Whether the saved file says something else than the live version."""
        return self._saved(name) != self._live.get(name, (0, None))[1]

    def roll_back(
        self, name: str, number: int, *, author: str = "", with_state: bool = False, handler: StateHandler | None = None
    ) -> wire.Applied:
        """Make version `number` live again by the same road. Raises ModuleNotFound or VersionNotFound.

        `with_state` gives the module's workers the state that was saved when the version was last replaced, instead of
        migrating theirs; ValueError when none was saved. `handler` migrates them instead of their `code_change`.
        """
        self.require(name)
        source = self.store.source(name, number)
        migration: Migration = saved_states(self.store, name, number) if with_state else handler
        if self.live_number(name) == number and name in sys.modules:
            return views.unchanged({name: number})
        note = f"rolled back to version {number}" + (" with its state" if with_state else "")
        return self.apply({name: source}, kind="rollback", author=author, note=note, migration=migration)

    def require(self, name: str) -> None:
        """Raises ValueError for a bad name, ModuleNotFound when the sandbox has no such module."""
        check_name(name)
        if name not in self.known():
            raise ModuleNotFound(name, self.known())

    def note_cell(self, source: str) -> None:
        """The notebook has run this cell: names that it imported follow reloads, names that it made are left alone."""
        self._reloader.note_cell(source)

    # -- the tree and the start ---------------------------------------------------------------------------------

    def start_tree(self, target: str) -> wire.Tree:
        """See `DeclaredTrees.start`. Raises ModuleNotFound or StartError."""
        self.require(target.partition(":")[0])
        with self._lock:
            self.trees.start(target)
        return self.tree()

    def restore(self) -> list[types.ModuleType]:
        """At the start of a kernel: the modules at their live version, then the declared trees. What fails is noted."""
        modules = []
        for name in sorted(self._live):
            try:
                modules.append(importlib.import_module(name))
            except BaseException as error:  # a module may raise anything, SystemExit included
                self.notices.append(f"'{name}' did not come back: {type(error).__name__}: {error}")
        for target in self.trees.wanted:
            try:
                self.start_tree(target)
            except Exception as error:  # a border: one tree that fails must not keep the kernel from starting
                self.notices.append(f"the tree '{target}' did not start again: {error}")
        return modules

    def import_history(self, path: Path) -> int:
        """Fill the empty store from an exported file and write the live versions' files; the number of versions."""
        with self._lock:
            count = self.store.import_history(path)
            self._live = _live_versions(self.store)
            for name, source in self.live_sources().items():
                self.directory.write(name, source)
        return count

    def _on_loaded(self, module: types.ModuleType, source: str) -> None:
        """An import of a sandbox's module ran: the reloader learns its source; a file without a version gets its first."""
        name = module.__name__
        self._reloader.adopt(module, source)
        if name not in self._live and not self._applying:
            change = self.store.stage({name: source}, kind="load", author="", note="imported")
            self.store.accept(change.id)
            self._live = {**self._live, name: (change.versions[name], source)}


def _live_versions(store: VersionStore) -> dict[str, tuple[int, str]]:
    return {name: (version.number, version.source) for name, version in store.live().items()}
