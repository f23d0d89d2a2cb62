"""`%sandbox_autoreload on`: saved files are applied before the next cell, in a sandbox through its session, elsewhere by
the reloader alone. Off until asked for. Before a cell and not at once: a cell that runs never changes under its feet.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from IPython.core.error import UsageError
from IPython.core.magic import Magics, line_magic, magics_class
from IPython.display import display

from sandbox_kernel.errors import ReloadError
from sandbox_kernel.reload.autoreload import AutoReload, ReloadsFiles
from sandbox_kernel.reload.report import ObjectChange, ReloadReport
from sandbox_kernel.runtime import display as show
from sandbox_kernel.runtime.session import Session


class SessionFiles:
    """The sandbox's files for the watcher: a save becomes a version by the road of every edit."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def modules(self) -> dict[str, str]:
        directory = self._session.directory
        return {name: str(directory.path_of(name)) for name in self._session.known()}

    def reload_files(self, paths: Iterable[str]) -> ReloadReport:
        """Raises ReloadError with the whole sentence when the save was refused."""
        names = {self._session.directory.name_of(Path(path)) for path in paths if Path(path).exists()}
        edited = sorted(name for name in names if name and self._session.is_edited(name))
        if not edited:
            return ReloadReport()
        applied = self._session.reload_files(edited)
        if not applied.ok:
            raise ReloadError(applied.summary)
        changes = [ObjectChange(c.module, c.name, c.action, c.reason) for c in applied.objects]
        live = [ObjectChange(name, f"v{number}", "live") for name, number in applied.versions.items()]
        return ReloadReport((*live, *changes), applied.duration_ms)


@magics_class
class AutoReloadMagics(Magics):
    def __init__(self, shell: Any, files: ReloadsFiles, directory: Path | None = None) -> None:  # Any: IPython
        super().__init__(shell)
        self._cells = shell.events
        self._watcher = AutoReload(files, tell)
        self._directories = [str(directory)] if directory else []

    @line_magic
    def sandbox_autoreload(self, line: str) -> show.Rich:
        """Apply saved files by themselves, before each cell: `%sandbox_autoreload on`, `off`, or nothing to ask."""
        match line.strip():
            case "on":
                self.start()
            case "off":
                self.stop()
            case "":
                pass
            case other:
                raise UsageError(f"'{other}' is neither on nor off; write %sandbox_autoreload on")
        state = "on: saved files are applied before the next cell" if self._watcher.running else "off"
        return show.sentence(f"automatic reload is {state}")

    def start(self) -> None:
        if not self._watcher.running:
            self._watcher.start(self._directories)
            self._cells.register("pre_run_cell", self._before_cell)

    def stop(self) -> None:
        if self._watcher.running:
            self._watcher.stop()
            self._cells.unregister("pre_run_cell", self._before_cell)

    def _before_cell(self, _: Any) -> None:  # Any: IPython's ExecutionInfo
        self._watcher.apply_pending()


def tell(outcome: ReloadReport | ReloadError) -> None:
    """Above the output of the cell that is about to run."""
    if isinstance(outcome, ReloadError):
        text = f"refused: {outcome}"
        display(show.Rich(text, show.paragraph(text), tone="no"))
    else:
        display(show.Rich(outcome.summary, show.paragraph(outcome.summary), tone="ok"))
