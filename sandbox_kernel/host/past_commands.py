"""The commands about the past of a running sandbox: history, diff, rollback, undo, redo, tag, bisect, export, import.

Each asks the sandbox's own kernel, whoever started it; called by `cli`. Versions are named as in the magics: `3`, `v3`, a
tag, `live`, `newest`, `-1` for the one before.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sandbox_kernel import wire
from sandbox_kernel.host.commands import Answer, table
from sandbox_kernel.host.terminal import clean

if TYPE_CHECKING:
    from sandbox_kernel.host.elsewhere import Past

Verb = Callable[..., argparse.ArgumentParser]


def add(verb: Verb) -> None:
    """`verb(name, act, text)` makes a sub-parser."""
    shown = verb("history", history, "show the versions of a module, or all changes of a sandbox")
    _takes(shown, "name")
    shown.add_argument("module", metavar="MODULE", nargs="?", help="a module; all changes when left out")
    shown.add_argument("--limit", type=int, default=20, metavar="N", help="how many, newest first (20)")
    compared = verb("diff", diff, "show what differs between two versions of a module")
    _takes(compared, "name", "module")
    compared.add_argument("left", metavar="LEFT", nargs="?", default="-1", help="3, v3, a tag, live, -1 or file (-1)")
    compared.add_argument("right", metavar="RIGHT", nargs="?", default="live", help="the same (live)")
    compared.add_argument("--side-by-side", action="store_true", help="both texts beside each other")
    back = verb("rollback", rollback, "make a version of a module live again")
    _takes(back, "name", "module")
    back.add_argument("version", metavar="VERSION", help="3, v3, a tag, or -1 for the one before")
    back.add_argument("--state", action="store_true", help="bring the workers' state back as saved with that version")
    undone = verb("undo", undo, "take a change back, with all modules it changed")
    _takes(undone, "name")
    undone.add_argument(
        "change", metavar="CHANGE", nargs="?", type=int, default=0, help="its number; the newest if none"
    )
    _takes(verb("redo", redo, "bring back the change that was undone last"), "name")
    tagged = verb("tag", tag, "give a version a name")
    _takes(tagged, "name", "module")
    tagged.add_argument("tag", metavar="TAG", help="such as works")
    tagged.add_argument("version", metavar="VERSION", nargs="?", default="live", help="3, v3, newest or -1 (live)")
    found = verb("bisect", bisect, "find the version that broke something")
    _takes(found, "name", "module")
    found.add_argument(
        "check", metavar="CHECK", help="an expression that a good version makes true: 'till.euros(5) == 5'"
    )
    written = verb("export", export, "write the whole history of a sandbox to one file")
    _takes(written, "name")
    written.add_argument("file", metavar="FILE", help="JSON lines; one that is there is replaced")
    filled = verb("import", import_, "fill a sandbox that has no history from an exported file")
    _takes(filled, "name")
    filled.add_argument("file", metavar="FILE", help="a file that 'export' wrote")


def _takes(verb: argparse.ArgumentParser, *names: str) -> None:
    about = {"name": "a sandbox, by the name or id that 'list' shows", "module": "a module of it"}
    for name in names:
        verb.add_argument(name, metavar=name.upper(), help=about[name])


async def history(asked: argparse.Namespace) -> Answer:
    past = _past(asked)
    if asked.module is None:
        changes = await past.timeline(limit=asked.limit)
        rows = [("CHANGE", "WHEN", "WHAT", "OUTCOME", "VERSIONS", "NOTE")]
        rows += [
            (str(one.id), _when(one.time), one.kind, one.outcome, _moves(one), one.reason or one.note)
            for one in changes
        ]
        empty = "no change was made yet"
        return Answer([_data(one) for one in changes], clean(table(rows), colour=False) if changes else empty)
    found = await past.history(asked.module, limit=asked.limit)
    counts = await past.statistics(asked.module)
    rows = [("VERSION", "WHEN", "OUTCOME", "LINES", "BY", "NOTE")]
    rows += [
        (
            f"v{one.number}",
            _when(one.time),
            one.outcome,
            f"+{one.added_lines} -{one.removed_lines}",
            one.author,
            (one.reason if one.outcome == "rejected" else one.message) + "".join(f" [{tag}]" for tag in one.tags),
        )
        for one in found.versions
    ]
    head = (
        f"{asked.module}: {found.total} versions, v{found.live} is live; {counts.accepted} changes accepted, "
        f"{counts.rejected} refused, {counts.rollbacks} rollbacks, {counts.median_ms:.0f} ms in the median"
    )
    data = {**wire.to_builtins(found), "statistics": wire.to_builtins(counts)}
    return Answer(data, clean(f"{head}\n{table(rows)}", colour=False))


async def diff(asked: argparse.Namespace) -> Answer:
    past = _past(asked)
    left, right = [await _number(past, asked.module, one) for one in (asked.left, asked.right)]
    found = await past.diff(asked.module, left, right)
    text = _side_by_side(found) if asked.side_by_side else found.unified.rstrip()
    return Answer(wire.to_builtins(found), clean(text, colour=False) or f"{asked.module}: the two are the same")


async def rollback(asked: argparse.Namespace) -> Answer:
    return _applied(await _past(asked).rollback(asked.module, asked.version, with_state=asked.state))


async def undo(asked: argparse.Namespace) -> Answer:
    return _applied(await _past(asked).undo(asked.change))


async def redo(asked: argparse.Namespace) -> Answer:
    return _applied(await _past(asked).redo())


async def tag(asked: argparse.Namespace) -> Answer:
    number = await _past(asked).tag(asked.module, asked.tag, asked.version)
    data = {"ok": True, "module": asked.module, "number": number, "tag": asked.tag}
    return Answer(data, f"'{asked.tag}' now names version {number} of {asked.module}")


async def bisect(asked: argparse.Namespace) -> Answer:
    found = await _past(asked).bisect(asked.module, asked.check)
    tried = ", ".join(f"v{number} {verdict}" for number, verdict in found.tried)
    return Answer(wire.to_builtins(found), f"{asked.module}: {found.summary}" + (f" (tried {tried})" if tried else ""))


async def export(asked: argparse.Namespace) -> Answer:
    lines = await _past(asked).export_history(asked.file)
    return Answer({"ok": True, "file": asked.file, "lines": lines}, f"{lines} lines written to {asked.file}")


async def import_(asked: argparse.Namespace) -> Answer:
    count = await _past(asked).import_history(asked.file)
    return Answer({"ok": True, "versions": count}, f"{count} versions read from {asked.file}; the live ones are loaded")


def _past(asked: argparse.Namespace) -> Past:
    from sandbox_kernel.host import elsewhere  # zmq is half a second that `--help` need not wait for

    return elsewhere.Past(elsewhere.find(asked.name))


async def _number(past: Past, module: str, reference: str) -> int:
    return 0 if reference in ("file", "0") else await past.version(module, reference)


def _applied(done: wire.Applied) -> Answer:
    return Answer(wire.to_builtins(done), clean(done.summary, colour=False))


def _moves(change: wire.ChangeInfo) -> str:
    before = change.before
    return ", ".join(
        f"{name} v{before.get(name, 0)} -> v{number}" if before.get(name) else f"{name} v{number}"
        for name, number in change.versions.items()
    )


def _side_by_side(found: wire.Diff) -> str:
    marks = {"same": " ", "changed": "|", "added": ">", "removed": "<"}
    width = max((len(row.left) for row in found.rows), default=0)
    return "\n".join(f"{row.left:<{width}} {marks[row.kind]} {row.right}".rstrip() for row in found.rows)


def _when(moment: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(moment))


def _data(record: wire.Record) -> Any:  # Any: JSON
    return wire.to_builtins(record)
