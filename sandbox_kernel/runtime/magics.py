"""The `%sandbox_...` magics of a sandbox's own notebook: thin faces of the session, with help and completion.

A refused edit is shown in full and then ends the cell with one short line, so that "run all" stops where a program would;
`--expect-refusal` turns that round for lessons that show a refusal.
"""

from __future__ import annotations

import sys
import types
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from IPython.core.error import UsageError
from IPython.core.magic import Magics, cell_magic, line_magic, magics_class
from IPython.core.magic_arguments import argument, magic_arguments, parse_argstring
from IPython.display import display

from sandbox_kernel import wire
from sandbox_kernel.errors import SandboxError
from sandbox_kernel.runtime import display as show
from sandbox_kernel.runtime import views
from sandbox_kernel.runtime.lesson_magics import in_voila
from sandbox_kernel.runtime.session import Session

NAMED = (
    "sandbox_reload", "sandbox_history", "sandbox_diff", "sandbox_rollback", "sandbox_module", "sandbox_start",
    "sandbox_tag", "sandbox_bisect",
)  # fmt: skip


T = TypeVar("T")


class Refused(SandboxError):
    """Ends a cell whose edit was refused; the report above says why, so no traceback is shown."""

    def _render_traceback_(self) -> list[str]:
        return [f"Refused: {self}"]


@magics_class
class SandboxMagics(Magics):
    def __init__(self, shell: Any, session: Session) -> None:  # Any: IPython
        super().__init__(shell)
        self.session = session

    @magic_arguments()
    @argument("name", help="the module's name, such as till or shop.cart")
    @argument("--note", default="", help="a few words for the history, in quotes")
    @argument("--exercise", default="", help="the exercise of a lesson that this cell answers; see lesson_magics")
    @argument("--expect-refusal", action="store_true", help="the lesson wants this edit to be refused; go on then")
    @cell_magic
    def sandbox_module(self, line: str, cell: str) -> None:
        """Make the cell the source of a module: check it in isolation, keep it as a version, load or hot-reload it."""
        args = parse(self.sandbox_module, line)
        note = args.note.strip("\"'") or (f"exercise {args.exercise}" if args.exercise else "")
        if args.exercise and in_voila():
            return self._offer(args.name, args.exercise, cell)
        result = asked(lambda: self.session.apply({args.name: cell}, note=note))
        self._bind([args.name] if result.ok else [])
        self._show(result, args.expect_refusal)

    def _offer(self, name: str, exercise: str, starter: str) -> None:
        """Where there are no cells: an editor. A page that is loaded again must not put the starter over an answer."""
        if not self.session.live_number(name):
            self._bind([name] if self.session.apply({name: starter}, note="starter").ok else [])
        shell: Any = self.shell  # Any: IPython's shell, which is None only without a kernel
        shell.run_line_magic("sandbox_exercise", exercise)

    @magic_arguments()
    @argument("names", nargs="*", help="modules; all whose saved file was edited when none is named")
    @line_magic
    def sandbox_reload(self, line: str) -> None:
        """Hot-reload modules from their saved files: all of them or, when one is refused, none."""
        names = parse(self.sandbox_reload, line).names
        result = asked(lambda: self.session.reload_files(names))
        self._bind(result.versions if result.ok else [])
        self._show(result, False)

    @magic_arguments()
    @argument("name", help="a module of this sandbox")
    @argument("--limit", type=int, default=20, help="how many versions, newest first")
    @line_magic
    def sandbox_history(self, line: str) -> show.Rich:
        """The versions of a module, newest first."""
        args = parse(self.sandbox_history, line)
        return asked(lambda: self._history(args.name, args.limit))

    def _history(self, name: str, limit: int) -> show.Rich:
        found = views.history(self.session, name, limit=limit)
        counts = views.statistics(self.session.store.module_statistics(name)) if found.total else None
        return show.history(found, counts)

    @magic_arguments()
    @argument("name", help="a module of this sandbox")
    @argument("left", nargs="?", default="-1", help="3, v3, a tag, live, newest, -1 (the one before) or file")
    @argument("right", nargs="?", default="live", help="the same; the live version when left out")
    @argument("--side-by-side", action="store_true", help="both texts beside each other")
    @line_magic
    def sandbox_diff(self, line: str) -> show.Rich:
        """What differs between two versions of a module."""
        args = parse(self.sandbox_diff, line)
        shown = show.side_by_side if args.side_by_side else show.diff
        return asked(lambda: shown(self._diff(args.name, args.left, args.right)))

    def _diff(self, name: str, left: str, right: str) -> wire.Diff:
        return views.diff(self.session, name, self._number(name, left), self._number(name, right))

    def _number(self, name: str, reference: str) -> int:
        """0 stands for the saved file."""
        return 0 if reference in {"file", "0"} else self.session.store.resolve(name, reference)

    @magic_arguments()
    @argument("name", help="a module of this sandbox")
    @argument("version", help="the version to make live again: 3, v3, a tag, or -1 for the one before")
    @argument("--state", action="store_true", help="bring the workers' state back too, as saved with that version")
    @argument("--expect-refusal", action="store_true", help="the lesson wants this to be refused; go on then")
    @line_magic
    def sandbox_rollback(self, line: str) -> None:
        """Make an older (or newer) version live again, with live objects and workers keeping their state."""
        args = parse(self.sandbox_rollback, line)
        result = asked(lambda: self._roll_back(args.name, args.version, args.state))
        self._bind([args.name] if result.ok else [])
        self._show(result, args.expect_refusal)

    def _roll_back(self, name: str, reference: str, with_state: bool) -> wire.Applied:
        return self.session.roll_back(name, self.session.store.resolve(name, reference), with_state=with_state)

    @magic_arguments()
    @argument("target", help="module:function that returns a Supervisor; the function is 'tree' when left out")
    @line_magic
    def sandbox_start(self, line: str) -> show.Rich:
        """Start a supervision tree and remember it: a restarted kernel starts it again."""
        target = parse(self.sandbox_start, line).target
        return asked(lambda: show.tree(self.session.start_tree(target)))

    @line_magic
    def sandbox_tree(self, line: str) -> show.Rich:
        """The supervision tree: who runs, who crashed, how many restarts are left."""
        return show.tree(self.session.tree())

    @line_magic
    def sandbox_info(self, line: str) -> show.Rich:
        """Which sandbox this is, its modules and their live versions."""
        return show.info(self.session.snapshot())

    def _bind(self, names: Iterable[str]) -> None:
        bind_modules(self.shell, names)

    def _show(self, result: wire.Applied, expect_refusal: bool) -> None:
        show_applied(result, expect_refusal=expect_refusal)


def show_applied(result: wire.Applied, *, expect_refusal: bool = False) -> None:
    """Raises Refused where the outcome is not the expected one."""
    display(show.applied(result))
    if expect_refusal and result.ok:
        raise Refused("this edit was expected to be refused, but it was accepted")
    if not result.ok and not expect_refusal:
        raise Refused("nothing was changed; the reason stands above")


def bind_modules(shell: Any, names: Iterable[str]) -> None:  # Any: IPython
    """Give the notebook the names of the modules, as an import statement would, unless it uses them itself."""
    for name in names:
        top = name.partition(".")[0]
        if top in sys.modules and isinstance(shell.user_ns.get(top, sys), types.ModuleType):
            shell.user_ns[top] = sys.modules[top]


def parse(magic: Any, line: str) -> Any:  # Any: IPython's magic functions and argparse's namespace
    try:
        return parse_argstring(magic, line)
    except UsageError:
        raise
    except SystemExit:
        raise UsageError(f"that was not understood; see %{magic.__name__}?") from None


def asked(question: Callable[[], T]) -> T:
    """Bad input is one clear line, not a traceback."""
    try:
        return question()
    except (SandboxError, ValueError) as error:
        raise UsageError(str(error)) from None


def register(shell: Any, session: Session) -> None:  # Any: IPython
    """Add the magics and the completion of module names and version numbers."""
    from sandbox_kernel.runtime.autoreload_magics import AutoReloadMagics, SessionFiles
    from sandbox_kernel.runtime.history_magics import HistoryMagics  # it builds on this file

    shell.register_magics(SandboxMagics(shell, session))
    shell.register_magics(HistoryMagics(shell, session))
    shell.register_magics(AutoReloadMagics(shell, SessionFiles(session), session.directory.root))

    def complete(_: Any, event: Any) -> list[str]:  # Any: IPython
        words = event.line[: len(event.line)].split()
        typed = 0 if event.line.endswith(" ") else 1
        if len(words) - typed >= 2 and words[0].lstrip("%") in {"sandbox_diff", "sandbox_rollback"}:
            return [str(number) for number in range(session.store.newest(words[1]), 0, -1)]
        return session.known()

    for magic in NAMED:
        for sigil in ("%", "%%"):
            shell.set_hook("complete_command", complete, str_key=f"{sigil}{magic}")
