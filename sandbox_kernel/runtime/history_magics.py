"""Magics over a sandbox's whole past: undo, redo, tag, bisect, the timeline, export and import."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from IPython.core.magic import Magics, line_magic, magics_class
from IPython.core.magic_arguments import argument, magic_arguments

from sandbox_kernel.errors import SandboxError
from sandbox_kernel.runtime import display as show
from sandbox_kernel.runtime import past
from sandbox_kernel.runtime.magics import asked, bind_modules, parse, show_applied
from sandbox_kernel.runtime.session import Session


@magics_class
class HistoryMagics(Magics):
    def __init__(self, shell: Any, session: Session) -> None:  # Any: IPython
        super().__init__(shell)
        self.session = session

    @line_magic
    def sandbox_undo(self, line: str) -> None:
        """Take the newest change back, with all modules it changed. Nothing is lost: %sandbox_redo brings it back."""
        show_applied(asked(lambda: past.undo(self.session)))

    @line_magic
    def sandbox_redo(self, line: str) -> None:
        """Bring the change that was undone last back."""
        result = asked(lambda: past.redo(self.session))
        bind_modules(self.shell, result.versions if result.ok else [])
        show_applied(result)

    @magic_arguments()
    @argument("name", help="a module of this sandbox")
    @argument("tag", help="a name for the version, such as works")
    @argument("version", nargs="?", default="live", help="3, v3, another tag, newest or -1; the live one when left out")
    @line_magic
    def sandbox_tag(self, line: str) -> show.Rich:
        """Give a version a name, to roll back or compare with it later. The same name again moves it."""
        args = parse(self.sandbox_tag, line)
        return asked(lambda: self._tag(args.name, args.tag, args.version))

    def _tag(self, name: str, tag: str, reference: str) -> show.Rich:
        number = self.session.store.resolve(name, reference)
        self.session.store.tag(name, number, tag)
        return show.sentence(f"'{tag}' now names version {number} of {name}")

    @magic_arguments()
    @argument("name", help="a module of this sandbox")
    @argument(
        "check", nargs="+", help="an expression that is true for a good version: 'till.euros(5) == \"0.05 euros\"'"
    )
    @line_magic
    def sandbox_bisect(self, line: str) -> show.Rich:
        """Find the version that broke something, by trying the check against few versions, in a separate process."""
        name, _, check = line.strip().partition(" ")
        check = check.strip()
        if len(check) > 1 and check[0] == check[-1] and check[0] in "\"'":
            check = check[1:-1]
        if not check:
            parse(self.sandbox_bisect, line)
        found = asked(lambda: past.find_break(self.session, name, check))
        tried = ", ".join(f"v{number} {verdict}" for number, verdict in found.tried)
        return show.sentence(f"{name}: {found.summary}" + (f" (tried {tried})" if tried else ""))

    @magic_arguments()
    @argument("--limit", type=int, default=20, help="how many changes, newest first")
    @line_magic
    def sandbox_timeline(self, line: str) -> show.Rich:
        """All changes of all modules, newest first: edits, rollbacks, refusals, undone ones."""
        return show.timeline(self.session.store.timeline(parse(self.sandbox_timeline, line).limit))

    @magic_arguments()
    @argument("file", help="where to write it, in the sandbox's directory, such as history.jsonl")
    @line_magic
    def sandbox_export(self, line: str) -> show.Rich:
        """Write the sandbox's whole history to one file."""
        path = self._path(parse(self.sandbox_export, line).file)
        lines = asked(lambda: self.session.store.export_history(path))
        return show.sentence(f"{lines} lines written to {path}")

    @magic_arguments()
    @argument("file", help="a file that %%sandbox_export wrote")
    @line_magic
    def sandbox_import(self, line: str) -> show.Rich:
        """Fill this sandbox, which must have no history yet, from an exported file, and load its live versions."""
        path = self._path(parse(self.sandbox_import, line).file)
        return asked(lambda: self._import(path))

    def _path(self, file: str) -> Path:
        """Relative to the sandbox's directory: the one place that a sandbox may write to at every isolation level."""
        return self.session.directory.root / file

    def _import(self, path: Path) -> show.Rich:
        if not path.is_file():
            raise SandboxError(f"there is no file {path}; give one that %sandbox_export wrote")
        count = self.session.import_history(path)
        bind_modules(self.shell, [module.__name__ for module in self.session.restore()])
        return show.sentence(f"{count} versions read from {path}; the live ones are loaded")
