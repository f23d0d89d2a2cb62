"""What can be done with a sandbox's past: undo, redo, find the version that broke something. Called by the magics."""

from __future__ import annotations

import ast

from sandbox_kernel import wire
from sandbox_kernel.errors import SandboxError
from sandbox_kernel.runtime.session import Session
from sandbox_kernel.versions.bisection import Bisection, Verdict, bisect
from sandbox_kernel.versions.store import Change

CHECK = "sandbox_bisect_check"


def undo(session: Session, change: int = 0) -> wire.Applied:
    """Take a change back, with all its modules, by the road of any edit: the newest, or the one of that id.

    ValueError: there is nothing to take back. Nothing is lost: what an undo takes back, `redo` does again.
    """
    step = session.store.undo_step()
    if change and (step is None or step.target != change):
        return _revert(session, session.store.change(change))
    if step is None:
        raise ValueError("there is nothing to undo; no change was accepted yet, or all are undone")
    return session.apply(step.sources, kind="undo", note=f"undid change {step.target}", target=step.target)


def _revert(session: Session, change: Change) -> wire.Applied:
    """An older change: its modules go back to what they were before it, whatever came later, as one new change."""
    if change.outcome != "accepted":
        raise ValueError(f"change {change.id} was {change.outcome}, so there is nothing to take back")
    sources = {name: session.store.source(name, number) if number else None for name, number in change.before.items()}
    return session.apply(sources, kind="rollback", note=f"took change {change.id} back")


def redo(session: Session) -> wire.Applied:
    """Bring the change that was undone last back. ValueError: there is none."""
    step = session.store.redo_step()
    if step is None:
        raise ValueError("there is nothing to redo; nothing was undone, or something else was changed since")
    return session.apply(step.sources, kind="redo", note=f"did change {step.target} again", target=step.target)


def find_break(session: Session, name: str, check: str) -> Bisection:
    """The version of `name` from which on the expression `check` is no longer true.

    Each version is tried in a separate limited process beside the live versions of the other modules; nothing live is
    touched. A version that does not import, or lacks what the check names, cannot be checked and is passed over.
    """
    session.require(name)
    try:
        ast.parse(check, mode="eval")
    except SyntaxError as error:
        raise ValueError(
            f"the check is no expression ({error.msg}); write one such as {name}.total([1, 2]) == 3"
        ) from None
    numbers = session.store.numbers(name)
    return bisect(numbers, lambda number: _verdict(session, name, number, check))


def _verdict(session: Session, name: str, number: int, check: str) -> Verdict:
    """What the check raises counts as broken, unless the version only lacks what the check names."""
    test = f"import {name}\nassert (\n{check}\n), 'false'\n"
    report = session.try_sources({name: session.store.source(name, number), CHECK: test})
    if report.ok:
        return "good"
    module, finding = report.errors[0]
    lacking = finding.message.startswith(("AttributeError", "NameError", "ImportError"))
    return "untestable" if module != CHECK or lacking else "bad"


def export(session: Session, file: str) -> wire.Done:
    """Write the whole history to a file below the sandbox's directory, the one place it may write to at every level."""
    path = session.directory.root / file
    lines = session.store.export_history(path)
    return wire.Done(text=f"{lines} lines written to {path}", count=lines)


def fill(session: Session, file: str) -> wire.Done:
    """Fill a sandbox without a history from an exported file, and load its live versions."""
    path = session.directory.root / file
    if not path.is_file():
        raise SandboxError(f"there is no file {path}; give one that %sandbox_export wrote")
    count = session.import_history(path)
    session.restore()
    return wire.Done(text=f"{count} versions read from {path}; the live ones are loaded", count=count)


def tag(session: Session, name: str, number: int, label: str) -> wire.Done:
    if number:
        session.store.tag(name, number, label)
        return wire.Done(text=f"'{label}' now names version {number} of {name}", count=number)
    if not session.store.untag(name, label):
        raise ValueError(f"no version of {name} is named '{label}'")
    return wire.Done(text=f"'{label}' names no version of {name} any more")


def forget(session: Session, keep_last: int, *, keep_tagged: bool = True) -> wire.Done:
    """Forget old versions; what is live stays, and what is tagged unless told otherwise."""
    count = session.store.prune(keep_last=keep_last, keep_tagged=keep_tagged)
    plural = "" if count == 1 else "s"
    return wire.Done(text=f"{count} version{plural} forgotten; the newest {keep_last} of each module stay", count=count)
