"""Reloads saved files by itself: a watcher thread collects what was saved, and `apply_pending` applies it at a safe point.

The owner (a magic, an IPython event) decides what a safe point is and calls `apply_pending` there, usually before a cell
runs; with `at_once` the watcher thread applies the change itself, between two statements of whoever runs. Off until
`start` is called.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Protocol

from sandbox_kernel.errors import ReloadError
from sandbox_kernel.reload.report import ReloadReport

DEBOUNCE_MS = 60
Callback = Callable[[ReloadReport | ReloadError], None]
Watch = Callable[[Iterable[str], threading.Event], Iterable[set[str]]]


def watch_files(directories: Iterable[str], stop: threading.Event) -> Iterable[set[str]]:
    """Sets of Python files that were saved, added or deleted, each after a moment of quiet."""
    import watchfiles  # not loaded unless somebody asks for it: 5 ms and a native library

    places = [directory for directory in directories if Path(directory).is_dir()]
    for changes in watchfiles.watch(
        *places,
        watch_filter=lambda change, path: path.endswith(".py"),
        debounce=DEBOUNCE_MS,
        step=20,
        stop_event=stop,
        raise_interrupt=False,
        recursive=True,
    ):
        yield {path for _, path in changes}


class ReloadsFiles(Protocol):
    """What the watcher reloads with: a `Reloader`, or whoever keeps more than code, such as a sandbox's session."""

    def modules(self) -> dict[str, str]: ...

    def reload_files(self, paths: Iterable[str]) -> ReloadReport: ...


class AutoReload:
    """`callback` gets the report of each reload, or the error of a refused one; a refused save is tried again with the
    next one, so that repairing one of two files applies both. `watch` is `watch_files` unless a test brings its own.
    """

    def __init__(
        self, reloader: ReloadsFiles, callback: Callback, *, at_once: bool = False, watch: Watch = watch_files
    ) -> None:
        self._reloader, self._callback = reloader, callback
        self._at_once, self._watch = at_once, watch
        self._pending: set[str] = set()
        self._refused: set[str] = set()
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def running(self) -> bool:
        return self._thread is not None

    def start(self, directories: Iterable[str] = ()) -> None:
        """Watches the directories, or those that the known modules come from. What was saved before counts as well."""
        if self._thread is not None:
            return
        with self._lock:
            self._pending |= {path for path in self._reloader.modules().values() if Path(path).is_file()}
        places = list(directories) or sorted({str(Path(path).parent) for path in self._reloader.modules().values()})
        self._stop.clear()
        self._thread = threading.Thread(target=self._run, args=(places,), name="sandbox-autoreload", daemon=True)
        self._thread.start()

    def stop(self, timeout_s: float = 5.0) -> None:
        thread, self._thread = self._thread, None
        self._stop.set()
        if thread is not None and thread is not threading.current_thread():
            thread.join(timeout_s)

    def _run(self, places: list[str]) -> None:
        if not places:
            return
        for paths in self._watch(places, self._stop):
            self.saved(paths)

    def saved(self, paths: Iterable[str]) -> None:
        """Says that files were saved; the watcher calls this."""
        with self._lock:
            self._pending |= set(paths)
        if self._at_once:
            self.apply_pending()

    def apply_pending(self) -> bool:
        """Applies all saves so far as one change; whether there were any. Errors go to the callback."""
        with self._lock:
            if not self._pending:
                return False
            paths, self._pending = self._pending | self._refused, set()
        try:
            outcome: ReloadReport | ReloadError = self._reloader.reload_files(sorted(paths))
            self._refused = set()
        except ReloadError as error:
            outcome, self._refused = error, paths
        if isinstance(outcome, ReloadError) or outcome.objects:
            self._callback(outcome)
        return True
