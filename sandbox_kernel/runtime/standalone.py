"""The reloader alone, in any IPython: `%load_ext sandbox_kernel` where no sandbox was asked for.

%load_ext sandbox_kernel
%sandbox_reload            all modules whose file was edited
%sandbox_reload shop       one module
%sandbox_autoreload on     at each save, applied before the next cell
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from IPython.core.error import UsageError
from IPython.core.magic import Magics, line_magic, magics_class
from IPython.core.magic_arguments import argument, magic_arguments, parse_argstring

from sandbox_kernel.errors import ReloadError
from sandbox_kernel.reload.reloader import Reloader
from sandbox_kernel.reload.report import ReloadReport
from sandbox_kernel.runtime.autoreload_magics import AutoReloadMagics

ATTRIBUTE = "_sandbox_kernel_reloader"


class ReloadRefused(ReloadError):
    """Ends the cell with the reason alone: the traceback of the reloader helps nobody."""

    def _render_traceback_(self) -> list[str]:
        return [f"Refused: {self} Nothing was changed."]


@magics_class
class ReloadMagics(Magics):
    def __init__(self, shell: Any, reloader: Reloader) -> None:  # Any: IPython
        super().__init__(shell)
        self.reloader = reloader

    @magic_arguments()
    @argument("names", nargs="*", help="modules; all whose file was edited when none is named")
    @line_magic
    def sandbox_reload(self, line: str) -> ReloadReport:
        """Hot-reload modules from their saved files: all of them or, when one is refused, none."""
        files = self.reloader.modules()
        names = parse_argstring(self.sandbox_reload, line).names
        for name in names:
            if name not in files:
                raise UsageError(f"'{name}' is not a module that was imported from a file; import it first")
        try:
            return self.reloader.reload_files([files[name] for name in names] or self._edited(files))
        except ReloadError as error:
            raise ReloadRefused(str(error), module=error.module, reason=error.reason) from error

    def _edited(self, files: dict[str, str]) -> list[str]:
        return [file for name, file in files.items() if not _is_live(file, self.reloader.source(name))]


def _is_live(file: str, source: str) -> bool:
    from sandbox_kernel.reload.imports import read_source

    return not Path(file).exists() or read_source(file) == source


class Standalone:
    """What was added to a shell, to take it away again."""

    def __init__(self, shell: Any) -> None:  # Any: IPython
        from sandbox_kernel.runtime.extension import notice_cells

        self.reloader = Reloader(lambda: [shell.user_ns])
        self.reloader.watch_imports()
        self._unnotice: Callable[[], None] = notice_cells(shell, self.reloader.note_cell)
        self._automatic = AutoReloadMagics(shell, self.reloader)
        shell.register_magics(ReloadMagics(shell, self.reloader))
        shell.register_magics(self._automatic)

    def end(self) -> None:
        self._automatic.stop()
        self._unnotice()
        self.reloader.unwatch_imports()


def load(shell: Any) -> None:  # Any: IPython
    if not hasattr(shell, ATTRIBUTE):
        setattr(shell, ATTRIBUTE, Standalone(shell))


def unload(shell: Any) -> None:  # Any: IPython
    if hasattr(shell, ATTRIBUTE):
        getattr(shell, ATTRIBUTE).end()
        delattr(shell, ATTRIBUTE)
