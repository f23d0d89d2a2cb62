"""One reload: plan, trial, prepare, commit, hooks, publish; or everything undone.

The commit section is short and holds the interpreter: other threads get their turn only where it blocks. So they see
the modules as they were or as they are, unless a statement of the new source itself waits for something after the first
module was touched.
"""

from __future__ import annotations

import contextlib
import linecache
import logging
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import FunctionType, ModuleType
from typing import Any

from sandbox_kernel.errors import ReloadError
from sandbox_kernel.reload import abcs, functions, hooks, importers, registrations, replace
from sandbox_kernel.reload.imports import ServingFinder, rehome, same_file
from sandbox_kernel.reload.journal import Journal
from sandbox_kernel.reload.modules import ModuleEdit
from sandbox_kernel.reload.notebook import Notebook
from sandbox_kernel.reload.report import ObjectChange
from sandbox_kernel.reload.sections import held, undisturbed
from sandbox_kernel.reload.state import LIMIT, Keeper
from sandbox_kernel.reload.taint import ChangedMembers
from sandbox_kernel.versions.changes import ModulePlan, ScopePlan, Step
from sandbox_kernel.versions.units import Source, parse_source

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Record:
    """A live module and the source that it was executed from; parsed when first asked for."""

    module: ModuleType
    text: str
    filename: str
    parsed: Source | None = None
    imports: set[str] | None = None
    real: str = ""

    @property
    def source(self) -> Source:
        if self.parsed is None:
            self.parsed = parse_source(self.text)
        return self.parsed

    @property
    def path(self) -> str:
        """The file behind symbolic links, looked up once: that takes as long as a small reload."""
        self.real = self.real or os.path.realpath(self.filename)
        return self.real


@dataclass(slots=True)
class Live:
    """What a reloader knows of the process; handed to each transaction."""

    records: dict[str, Record]
    variants: functions.Variants
    notebook: Notebook
    namespaces: Callable[[], list[dict[str, Any]]]


@dataclass(slots=True)
class Transaction:
    live: Live
    plans: list[ModulePlan]
    new_sources: Mapping[str, str]
    removed: list[str]
    paths: Mapping[str, str]
    fault: Callable[[str], None] | None = None
    journal: Journal = field(init=False)
    objects: list[ObjectChange] = field(default_factory=list)
    edits: dict[str, ModuleEdit] = field(default_factory=dict)
    members: ChangedMembers = field(default_factory=ChangedMembers)

    def __post_init__(self) -> None:
        self.journal = Journal(self.fault)

    def _report(self, module: str, name: str, action: str, reason: str) -> None:
        change = ObjectChange(module, name, action, reason)
        if change not in self.objects[-3:]:
            self.objects.append(change)

    def _edit(self, plan: ModulePlan) -> ModuleEdit:
        record = self.live.records[plan.module]
        filename = self._file_of(plan.module)
        if filename != record.filename:
            rehome(self.journal, record.module, filename)
        edit = ModuleEdit(
            record.module,
            plan.module,
            plan,
            journal=self.journal,
            variants=self.live.variants,
            filename=filename,
            report=self._report,
            is_tracked=self._is_tracked,
            members=self.members,
        )
        self.edits[plan.module] = edit
        self.journal.keep_dict(edit.live)
        return edit

    def _file_of(self, module: str) -> str:
        """Another one than before where a module became a package, or a package a module."""
        known = self.live.records[module].filename
        given = self.paths.get(module, known)
        return known if same_file(given, known) else given

    def run(self, migrate: Callable[[], None] | None) -> None:
        """Raises ReloadError or MigrationError after everything was undone."""
        try:
            with self._serving():
                self._prepare()
                with held():
                    self._commit()
                    self._publish()
                    self._forget_answers()
                    self._hooks()
                if migrate is not None:
                    migrate()
                self._remove_gone()
        except BaseException as error:
            with undisturbed(), held():
                for failure in self.journal.undo():
                    log.error("an undo step of a reload failed: %s: %s", type(failure).__name__, failure)
                self._forget_answers()
            self._pin_lines()
            if isinstance(error, ReloadError):
                raise
            module = next((plan.module for plan in self.plans), "")
            raise ReloadError(
                f"the reload of '{module}' raised {in_words(error)}; everything is as it was, "
                "mend the source and save again",
                module=module,
                reason="interrupted" if isinstance(error, KeyboardInterrupt) else "failed",
            ) from error
        self._clear_caches()
        replace.hand_over(self.edits.values())

    @contextlib.contextmanager
    def _serving(self) -> Iterator[None]:
        """New modules of the change are importable from their texts; what was imported is taken back on failure."""

        def note(module: ModuleType, text: str) -> None:
            name = module.__name__
            self.journal.add(lambda: forget_module(name, module))
            self.journal.set_item(self.live.records, name, Record(module, text, module.__file__ or f"<{name}>"))
            self._report(name, name, "added", "")

        finder = ServingFinder(self.new_sources, self.paths, note, self._keep_imported)
        before = set(self.live.records)
        sys.meta_path.insert(0, finder)
        try:
            yield
        except BaseException:
            for name in set(self.live.records) - before:
                forget_module(name, self.live.records.pop(name).module)
            raise
        finally:
            sys.meta_path.remove(finder)

    def _is_package(self, name: str) -> bool:
        return os.path.basename(self.paths.get(name, "")) == "__init__.py"

    def _keep_imported(self, name: str, text: str) -> None:
        """A new module may change the state of those that it imports (registries)."""
        keeper = Keeper(self.journal, self._is_tracked, LIMIT)
        with contextlib.suppress(SyntaxError, ValueError):  # its import reports that
            for other in importers.imported_modules(parse_source(text), name, is_package=self._is_package(name)):
                if other in self.live.records:
                    keeper.keep_module(self.live.records[other].module)

    def _is_tracked(self, value: object) -> bool:
        if isinstance(value, ModuleType):
            return value.__name__ in self.live.records
        module = getattr(value, "__module__", None) or getattr(type(value), "__module__", None)
        return module in self.live.records or module == "__main__"

    def _order(self) -> list[str]:
        names = {plan.module for plan in self.plans}
        if len(names) == 1:
            return [*names]
        return importers.in_order(names, self._imports())

    def _imports(self) -> dict[str, set[str]]:
        """What each module imports; modules that mention none of ours are not even parsed."""
        found = {}
        changed = {name.rpartition(".")[2] for name in [*self.edits, *self.removed, *self.new_sources]}
        while True:
            more = {n.rpartition(".")[2] for n, r in self.live.records.items() if mentions(r.text, changed)}
            if more <= changed:
                break
            changed |= more
        for name, record in self.live.records.items():
            edit = self.edits.get(name)
            if edit is None and not mentions(record.text, changed):
                continue
            source = edit.source if edit else record.source
            if edit is None and record.imports is not None:
                found[name] = record.imports
                continue
            found[name] = importers.imported_modules(source, name, is_package="__path__" in record.module.__dict__)
            if edit is None:
                record.imports = found[name]
        return found

    def _prepare(self) -> None:
        by_name = {plan.module: plan for plan in self.plans}
        for plan in self.plans:
            self._edit(plan)
        for edit in self.edits.values():
            self._try_new_imports(edit)
            edit.check()
        for name in self._order():
            edit = self.edits[name]
            self._find_foreign(edit, by_name)
            edit.prepare()

    def _try_new_imports(self, edit: ModuleEdit) -> None:
        """`try: import x` may come out otherwise now that there is an `x`."""
        if not self.new_sources:
            return
        for index, unit in enumerate(edit.source.units):
            names = importers.guarded_imports(unit, edit.name, is_package="__path__" in edit.live)
            if names & set(self.new_sources):
                step = edit.plan.scope.steps.get(index)
                old = step.old if step is not None else unit
                edit.plan.scope.steps[index] = Step("run", unit, old, edited=step is not None and step.edited)

    def _find_foreign(self, edit: ModuleEdit, plans: Mapping[str, ModulePlan]) -> None:
        """Names that come from another module of this change: what reads them waits until that one is committed."""
        if len(plans) == 1 and not self.new_sources:
            return
        for unit in edit.source.units:
            for node in importers.import_nodes(unit):
                base = getattr(node, "module", None) or ""
                names = [base, *[alias.name for alias in node.names], *[f"{base}.{a.name}" for a in node.names]]
                tails = {name.rpartition(".")[2] for name in names}
                if tails & {name.rpartition(".")[2] for name in [*plans, *self.new_sources]} or base == "":
                    edit.foreign |= set(unit.binds)

    def _commit(self) -> None:
        live_functions = functions.LiveFunctions([edit.live for edit in self.edits.values()])
        order = self._order()
        for name in order:
            registrations.take_back(self.edits[name])
            self.edits[name].patch_code(live_functions)
        done: list[ModuleEdit] = []
        for name in order:
            self._commit_one(self.edits[name], done)
        changed = {edit.name for edit in done if edit.spreads}
        if changed:
            imports = self._imports()
            others = importers.dependents(changed, imports) - set(order)
            for name in importers.in_order(others, imports):
                edit = self._untouched(name, self.live.records[name].source)
                self._commit_one(edit, done)
            self._close_circles(done, imports)
        for edit in done:
            for namespace in self.live.namespaces():
                if namespace is not edit.live and edit.changed:
                    for followed in self.live.notebook.follow(self.journal, namespace, edit.name, edit.changed):
                        self._report("__main__", followed, "followed", "")

    def _commit_one(self, edit: ModuleEdit, done: list[ModuleEdit]) -> None:
        for origin in done:
            importers.carry_over(edit, origin)
        edit.commit()
        done.append(edit)

    def _close_circles(self, done: list[ModuleEdit], imports: Mapping[str, set[str]]) -> None:
        """A module that imports one which was committed after it takes over, once, what has changed there."""
        again = {edit.name: False for edit in done}
        more = True
        while more:
            more = False
            last = {edit.name: (place, edit) for place, edit in enumerate(done)}
            for name, (place, edit) in last.items():
                later = [last[other] for other in sorted(imports.get(name, ())) if other in last]
                late = [origin for at, origin in later if at > place and origin.spreads]
                if late and not again[name]:
                    more = again[name] = True
                    done.append(self._revisit(edit, late))

    def _revisit(self, edit: ModuleEdit, late: list[ModuleEdit]) -> ModuleEdit:
        second = self._untouched(edit.name, edit.source)
        self.edits[edit.name] = edit
        for origin in late:
            importers.carry_over(second, origin)
        second.commit()
        edit.regrouped += second.regrouped
        return second

    def _untouched(self, name: str, source: Source) -> ModuleEdit:
        return self._edit(ModulePlan(name, source, source, ScopePlan(source.units, source.units, {}, [])))

    def _publish(self) -> None:
        for plan in self.plans:
            record = self.live.records[plan.module]
            fresh = Record(record.module, plan.new.text, self._file_of(plan.module), plan.new)
            fresh.real = record.real if fresh.filename == record.filename else ""
            self.journal.set_item(self.live.records, plan.module, fresh)
            set_lines(fresh.filename, plan.new)

    def _remove_gone(self) -> None:
        """Last of all: a module that was taken out cannot be put back where it stood."""
        for name in self.removed:
            if name in sys.modules and name in self.live.records:
                self._remove(name)

    def _remove(self, name: str) -> None:
        """A deleted file: the module cannot be imported any more; those who still hold it go on with it."""
        users = [user for user, used in self._imports().items() if name in used and user not in self.removed]
        if users:
            self._report(name, name, "kept old", f"still imported by {', '.join(sorted(users))}")
            return
        self.journal.del_item(sys.modules, name)
        self.journal.del_item(self.live.records, name)
        parent, _, child = name.rpartition(".")
        if parent in sys.modules and child in vars(sys.modules[parent]):
            self.journal.del_item(vars(sys.modules[parent]), child)
        self._report(name, name, "removed", "")

    def _hooks(self) -> None:
        for plan in self.plans:
            edit = self.edits[plan.module]
            if plan.edited and hooks.migrate_module(edit):
                self._report(edit.name, edit.name, "migrated", "")
        for plan in self.plans:
            edit = self.edits[plan.module]
            count = hooks.migrate_instances(edit)
            if count:
                self._report(edit.name, f"{count} instances", "migrated", "")

    def _forget_answers(self) -> None:
        abcs.forget([cls for edit in self.edits.values() for cls in edit.regrouped])

    def _clear_caches(self) -> None:
        """Results of old code are forgotten, once nothing can fail any more: a cache cannot be filled back."""
        for edit in self.edits.values():
            edited = [function for function, before in edit.touched if not same_code(function, before)]
            words = {function.__qualname__.partition(".")[0] for function in edited}
            units = [unit for unit in edit.source.units if any(word in unit.text for word in words)]
            values = {name: edit.live.get(name) for unit in units for name in unit.binds}
            known = set(map(id, edited))
            for wrapper in functions.wrappers(values, edit.name):
                if hasattr(wrapper, "cache_clear") and id(wrapper.__wrapped__) in known:
                    wrapper.cache_clear()

    def _pin_lines(self) -> None:
        for plan in self.plans:
            record = self.live.records.get(plan.module)
            if record is not None:
                set_lines(record.filename, record.source)


def in_words(error: BaseException) -> str:
    try:
        return f"{type(error).__name__}: {error}"
    except Exception:  # border: the user's own `__str__`
        return type(error).__name__


def mentions(text: str, words: set[str]) -> bool:
    """Whether a module may import one of the modules that end in these words."""
    return "from ." in text or any(word in text for word in words)


def same_code(function: FunctionType, before: Any) -> bool:
    from sandbox_kernel.reload.code import alike

    return alike(before, function.__code__)


def forget_module(name: str, module: ModuleType) -> None:
    if sys.modules.get(name) is module:
        del sys.modules[name]
    parent, _, child = name.rpartition(".")
    owner = sys.modules.get(parent)
    if owner is not None and vars(owner).get(child) is module:
        delattr(owner, child)


def set_lines(filename: str, source: Source) -> None:
    """Tracebacks and inspect show the live source, whatever the file says by now."""
    lines = [line + "\n" for line in source.lines]
    linecache.cache[filename] = (len(source.text), None, lines, filename)
