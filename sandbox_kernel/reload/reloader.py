"""The hot reloader: swaps the code of live modules as one transaction. Usable alone, in any Python process.

Designs weighed: re-execute the module and pair objects by name (every statement runs again, state is lost), rewrite
references over the heap (as slow as the heap is large), and patch in place by a plan of what changed. This is the last.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from sandbox_kernel.errors import ReloadError
from sandbox_kernel.reload import effects
from sandbox_kernel.reload.functions import Variants
from sandbox_kernel.reload.imports import WatchingFinder, is_users, read_source, same_file
from sandbox_kernel.reload.notebook import Notebook
from sandbox_kernel.reload.report import ReloadReport
from sandbox_kernel.reload.transaction import Live, Record, Transaction
from sandbox_kernel.reload.trial import Failure, Trial, TrialFailed, refusal
from sandbox_kernel.versions.changes import ModulePlan, plan

Try = Callable[[Mapping[str, str]], None]


def main_namespace() -> list[dict[str, Any]]:
    main = sys.modules.get("__main__")
    return [main.__dict__] if main is not None else []


class Reloader:
    """`namespaces` gives the notebook's dictionaries. `trial` takes the new sources by module and raises where they do
    not import (the sandbox passes its isolated compile worker); without one a small process of our own tries them.

    Thread-safe: one reload at a time, from any thread.
    """

    def __init__(
        self,
        namespaces: Callable[[], Iterable[dict[str, Any]]] = main_namespace,
        *,
        trial: Try | None = None,
        process: Trial | None = None,
    ) -> None:
        self._lock = threading.RLock()
        self._records: dict[str, Record] = {}
        self._notebook = Notebook()
        self._live = Live(self._records, Variants(), self._notebook, lambda: list(namespaces()))
        self._trial = trial
        self._process, self._own_process = process, process is None
        self._finder: WatchingFinder | None = None
        self.fault: Callable[[str], None] | None = None

    # -- what is live

    def watch_imports(self) -> None:
        """From now on the source of every imported user module is remembered; those already imported are adopted."""
        if self._finder is None:
            self._finder = WatchingFinder(self._note)
            sys.meta_path.insert(0, self._finder)
            for module in list(sys.modules.values()):
                path = getattr(module, "__file__", None)
                if isinstance(module, ModuleType) and module.__name__ != "__main__" and is_users(path):
                    self._adopt_from_disk(module, str(path))
        if self._trial is None:
            self._trial_process().start()

    def unwatch_imports(self) -> None:
        if self._finder is not None:
            sys.meta_path.remove(self._finder)
            self._finder = None
        if self._process is not None and self._own_process:
            self._process.close()
            self._process = None

    def _trial_process(self) -> Trial:
        if self._process is None:
            self._process = Trial()
        return self._process

    def _note(self, module: ModuleType, text: str) -> None:
        self.adopt(module, text)

    def _adopt_from_disk(self, module: ModuleType, path: str) -> None:
        try:
            self.adopt(module, read_source(path))
        except (OSError, SyntaxError, UnicodeDecodeError):
            return

    def adopt(self, module: ModuleType, source: str) -> None:
        """Says what source a live module was executed from."""
        filename = getattr(module, "__file__", None) or f"<{module.__name__}>"
        with self._lock:
            self._records[module.__name__] = Record(module, source.removeprefix("\ufeff"), filename)

    def note_cell(self, source: str) -> None:
        """Says what the notebook has just executed, so that imported names are told from the user's own."""
        self._notebook.read_cell(source)

    def source(self, module: str) -> str:
        """The live source of a module."""
        return self._records[module].text

    def modules(self) -> dict[str, str]:
        """Live module -> the file that it comes from."""
        return {name: record.filename for name, record in list(self._records.items())}

    # -- reloads

    def reload_files(self, paths: Iterable[str]) -> ReloadReport:
        """Applies saved, new and deleted files as one change."""
        sources: dict[str, str | None] = {}
        files: dict[str, str] = {}
        for path in map(str, paths):
            for name in self._modules_of(path):
                text = self._read(path, name)
                if text is not None or name not in sources:  # `shop.py` may have become `shop/__init__.py`
                    files[name], sources[name] = path, text
        return self.apply(sources, paths=files)

    def _read(self, path: str, name: str) -> str | None:
        if not Path(path).exists():
            return None
        try:
            return read_source(path)
        except (UnicodeDecodeError, SyntaxError) as error:
            raise ReloadError(
                f"'{path}' is not readable as Python source: {error}; save it as UTF-8", module=name, reason="syntax"
            ) from error

    def _modules_of(self, path: str) -> list[str]:
        at = os.path.realpath(path)
        found = [name for name, record in self._records.items() if record.path == at]
        if found:
            return found
        real = Path(at)
        for entry in sys.path:
            root = Path(entry or ".").resolve()
            if real.is_relative_to(root):
                parts = list(real.relative_to(root).with_suffix("").parts)
                parts = parts[:-1] if parts and parts[-1] == "__init__" else parts
                if parts and all(part.isidentifier() for part in parts):
                    return [".".join(parts)]
        return []

    def apply(
        self,
        sources: Mapping[str, str | None],
        *,
        migrate: Callable[[], None] | None = None,
        paths: Mapping[str, str] | None = None,
    ) -> ReloadReport:
        """Installs the new sources, all or nothing. None says that the module is gone.

        `paths` are the files of modules that come from another one than before: `shop.py` became `shop/__init__.py`.
        Raises ReloadError or MigrationError; then every object is as it was.
        """
        started = time.perf_counter()
        with self._lock:
            self._adopt_strangers(sources)
            plans = self._plans(sources, paths or {})
            new = {n: text for n, text in sources.items() if text is not None and n not in self._records}
            removed = [name for name, text in sources.items() if text is None]
            if not plans and not removed:
                return ReloadReport((), (time.perf_counter() - started) * 1000)
            self._try(plans, new, paths or {})
            transaction = Transaction(self._live, plans, new, removed, paths or {}, self.fault)
            transaction.run(migrate)
            for each in plans:
                for unit in [*each.old.units, *each.new.units]:
                    unit.drop_trees()
            return ReloadReport(tuple(transaction.objects), (time.perf_counter() - started) * 1000)

    def _adopt_strangers(self, sources: Mapping[str, str | None]) -> None:
        """A module that we never saw imported: nothing is known of its source, so all of the new one runs."""
        for name, text in sources.items():
            module = sys.modules.get(name)
            known = self._records.get(name)
            if module is None or text is None:
                continue
            if known is None or known.module is not module:
                self.adopt(module, "")

    def _plans(self, sources: Mapping[str, str | None], paths: Mapping[str, str]) -> list[ModulePlan]:
        plans = []
        for name, text in sources.items():
            record = self._records.get(name)
            moved = record is not None and not same_file(paths.get(name, record.filename), record.filename)
            if text is None or record is None or (record.text == text and not moved):
                if text is not None and record is None:
                    self._parse(name, text)
                continue
            try:
                plans.append(plan(name, record.source, text))
            except (SyntaxError, ValueError) as error:
                raise self._syntax(name, error) from error
        return plans

    def _parse(self, name: str, text: str) -> None:
        try:
            compile(text, name, "exec", dont_inherit=True)
        except (SyntaxError, ValueError) as error:
            raise self._syntax(name, error) from error

    @staticmethod
    def _syntax(name: str, error: Exception) -> ReloadError:
        line = getattr(error, "lineno", None)
        where = f", line {line}" if line else ""
        return ReloadError(
            f"'{name}'{where} is not valid Python: {error.args[0] if error.args else error}; nothing was changed",
            module=name,
            reason="syntax",
        )

    def _try(self, plans: Sequence[ModulePlan], new: Mapping[str, str], paths: Mapping[str, str]) -> None:
        """Imports what may fail or have effects in another process, before anything here is touched."""
        if not effects.needs_trial(plans):
            return
        texts = {each.module: each.new.text for each in plans}
        if self._trial is not None:
            try:
                self._trial({**texts, **new})
            except ReloadError:
                raise
            except Exception as error:  # border: what the given trial raises is the verdict
                name = type(error).__name__
                raise refusal(Failure(name, f"{name}: {error}"), texts) from error
            return
        files = {**self.modules(), **paths}
        live = {name: record.text for name, record in self._records.items()}
        process = self._trial_process()
        try:
            process.run(texts, {**live, **new}, files)
        except TrialFailed as failed:
            try:
                process.run({name: live[name] for name in texts}, live, files)
            except TrialFailed as before:
                if (before.failure.kind, before.failure.text) == (failed.failure.kind, failed.failure.text):
                    return
            raise refusal(failed.failure, texts) from failed
