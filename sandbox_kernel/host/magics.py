"""Magics of a host notebook: make sandboxes, run cells in them, restart and destroy them.

Loaded with the extension in every kernel, so nothing heavy is imported before the first use. The sandboxes live as long
as this kernel; its end ends them.
"""

from __future__ import annotations

import atexit
import sys
from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING, Any, TypeVar

from IPython.core.error import UsageError
from IPython.core.magic import Magics, cell_magic, line_magic, magics_class
from IPython.core.magic_arguments import argument, magic_arguments, parse_argstring
from IPython.display import display

from sandbox_kernel.errors import ExecutionError, SandboxError

if TYPE_CHECKING:
    from sandbox_kernel.host.blocking import BlockingManager
    from sandbox_kernel.host.output import RunResult
    from sandbox_kernel.host.status import SandboxInfo

T = TypeVar("T")
NAMED = ("sandbox", "sandbox_restart", "sandbox_destroy")


class RunFailed(SandboxError):
    """Ends a cell that failed in a sandbox; it shows the sandbox's own traceback, not that of this kernel."""

    def __init__(self, error: SandboxError) -> None:
        self.error = error
        super().__init__(str(error))

    def _render_traceback_(self) -> list[str]:
        lines = self.error.traceback if isinstance(self.error, ExecutionError) else ()
        return [*lines] or [f"{type(self.error).__name__}: {self.error}"]


class SandboxTable:
    """The list of sandboxes as a table, plain or HTML."""

    def __init__(self, infos: list[SandboxInfo]) -> None:
        self.infos = infos

    def __repr__(self) -> str:
        if not self.infos:
            return "no sandboxes; make one with %sandbox_create NAME"
        return "\n".join(f"{i.name:<16} {i.status:<12} {i.pid or '':<8} {i.directory} {i.reason}" for i in self.infos)

    def _repr_html_(self) -> str:
        if not self.infos:
            return f"<p>{escape(repr(self))}</p>"
        head = "".join(f'<th scope="col">{name}</th>' for name in ("name", "status", "process", "directory", "reason"))
        rows = "".join(
            "<tr>"
            + "".join(f"<td>{escape(str(v))}</td>" for v in (i.name, i.status, i.pid or "", i.directory, i.reason))
            + "</tr>"
            for i in self.infos
        )
        return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


@magics_class
class HostMagics(Magics):
    _manager: BlockingManager | None = None

    @property
    def manager(self) -> BlockingManager:
        """Made at first use; ends with this kernel."""
        if self._manager is None:
            from sandbox_kernel.host.blocking import BlockingManager

            self._manager = BlockingManager()
            atexit.register(self._manager.close)
        return self._manager

    @magic_arguments()
    @argument("name", help="what to call the sandbox")
    @argument("--directory", help="its directory, kept afterwards; a temporary one when left out")
    @line_magic
    def sandbox_create(self, line: str) -> SandboxTable:
        """Make a sandbox: a kernel of its own that this notebook runs code in."""
        args = parse_argstring(self.sandbox_create, line)
        _asked(lambda: self.manager.create(args.name, directory=args.directory))
        return SandboxTable([self.manager.info(args.name)])

    @magic_arguments()
    @argument("name", help="a sandbox made with %%sandbox_create")
    @argument("--timeout", type=float, default=30.0, metavar="SECONDS", help="the code is interrupted after it")
    @cell_magic
    def sandbox(self, line: str, cell: str) -> None:
        """Run the cell in a sandbox. What it prints and shows appears here; what it breaks stays there."""
        args = parse_argstring(self.sandbox, line)
        box = _asked(lambda: self.manager.get(args.name))
        self._show(_asked(lambda: box.run(cell, timeout_s=args.timeout, on_text=_echo)))

    @line_magic
    def sandbox_list(self, line: str) -> SandboxTable:
        """The sandboxes of this notebook and how they are."""
        return SandboxTable(self.manager.list())

    @magic_arguments()
    @argument("name", help="a sandbox made with %%sandbox_create")
    @line_magic
    def sandbox_restart(self, line: str) -> SandboxTable:
        """Start a sandbox's kernel anew: modules come back at their live versions, and the tree."""
        name = parse_argstring(self.sandbox_restart, line).name
        _asked(lambda: self.manager.restart(name))
        return SandboxTable([self.manager.info(name)])

    @magic_arguments()
    @argument("name", help="a sandbox made with %%sandbox_create")
    @line_magic
    def sandbox_destroy(self, line: str) -> None:
        """End a sandbox. A directory that was given stays, with its modules and versions."""
        name = parse_argstring(self.sandbox_destroy, line).name
        _asked(lambda: self.manager.destroy(name))

    def _show(self, result: RunResult) -> None:
        for bundle in [*result.displays, *([result.value] if result.value else [])]:
            display(bundle, raw=True)
        if result.error is not None:
            raise RunFailed(result.error)


def _echo(stream: str, text: str) -> None:
    (sys.stderr if stream == "stderr" else sys.stdout).write(text)


def _asked(question: Callable[[], T]) -> T:
    """Bad input is one clear line, not a traceback."""
    try:
        return question()
    except (SandboxError, ValueError, TypeError) as error:
        raise UsageError(str(error)) from None


def register(shell: Any) -> None:  # Any: IPython
    """Add the magics and the completion of sandbox names."""
    magics = HostMagics(shell)
    shell.register_magics(magics)

    def complete(_: Any, event: Any) -> list[str]:  # Any: IPython
        return [] if magics._manager is None else [info.name for info in magics._manager.list()]

    for magic in NAMED:
        for sigil in ("%", "%%"):
            shell.set_hook("complete_command", complete, str_key=f"{sigil}{magic}")
