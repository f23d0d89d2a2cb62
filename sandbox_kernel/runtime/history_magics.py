"""Magics over a sandbox's whole past: undo, redo, tag, bisect, the timeline, export and import."""

from __future__ import annotations

from typing import Any

from IPython.core.magic import Magics, line_magic, magics_class
from IPython.core.magic_arguments import argument, magic_arguments

from sandbox_kernel.runtime import display as show
from sandbox_kernel.runtime import past
from sandbox_kernel.runtime.magics import asked, bind_modules, parse, show_applied
from sandbox_kernel.runtime.session import Session


@magics_class
class HistoryMagics(Magics):
    def __init__(self, shell: Any, session: Session) -> None:  # Any: IPython
        super().__init__(shell)
        self.session = session

    @magic_arguments()
    @argument("change", nargs="?", type=int, default=0, help="a number of %%sandbox_timeline; the newest when left out")
    @line_magic
    def sandbox_undo(self, line: str) -> None:
        """Take a change back, with all modules it changed. Nothing is lost: %sandbox_redo brings the newest back."""
        change = parse(self.sandbox_undo, line).change
        show_applied(asked(lambda: past.undo(self.session, change)))

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
    @argument("--remove", action="store_true", help="take the name away again")
    @line_magic
    def sandbox_tag(self, line: str) -> show.Rich:
        """Give a version a name, to roll back or compare with it later. The same name again moves it."""
        args = parse(self.sandbox_tag, line)
        return asked(lambda: self._tag(args.name, args.tag, args.version, remove=args.remove))

    def _tag(self, name: str, tag: str, reference: str, *, remove: bool) -> show.Rich:
        number = 0 if remove else self.session.store.resolve(name, reference)
        return show.sentence(past.tag(self.session, name, number, tag).text)

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
        file = parse(self.sandbox_export, line).file
        return asked(lambda: show.sentence(past.export(self.session, file).text))

    @magic_arguments()
    @argument("file", help="a file that %%sandbox_export wrote")
    @line_magic
    def sandbox_import(self, line: str) -> show.Rich:
        """Fill this sandbox, which must have no history yet, from an exported file, and load its live versions."""
        file = parse(self.sandbox_import, line).file
        done = asked(lambda: past.fill(self.session, file))
        bind_modules(self.shell, self.session.live_sources())
        return show.sentence(done.text)

    @magic_arguments()
    @argument("keep", type=int, help="how many of the newest versions of each module stay, such as 50")
    @argument("--tagged", action="store_true", help="forget tagged versions too")
    @line_magic
    def sandbox_forget(self, line: str) -> show.Rich:
        """Forget old versions, for good. What is live stays, and so does what has a tag."""
        args = parse(self.sandbox_forget, line)
        return asked(lambda: show.sentence(past.forget(self.session, args.keep, keep_tagged=not args.tagged).text))

    @magic_arguments()
    @argument("--no-trial", action="store_true", help="only look at the texts; run none of them")
    @line_magic
    def sandbox_compile(self, line: str) -> show.Rich:
        """Compile all saved files of this sandbox in isolation, as far as they changed. Nothing is stored or loaded."""
        args = parse(self.sandbox_compile, line)
        return asked(lambda: show.report(self.session.compile_files(trial=not args.no_trial)))
