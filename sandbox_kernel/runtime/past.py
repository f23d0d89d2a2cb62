"""What can be done with a sandbox's past: undo, redo, find the version that broke something. Called by the magics."""

from __future__ import annotations

import ast

from sandbox_kernel import wire
from sandbox_kernel.runtime.session import Session
from sandbox_kernel.versions.bisection import Bisection, Verdict, bisect

CHECK = "sandbox_bisect_check"


def undo(session: Session) -> wire.Applied:
    """Take the newest change back, with all its modules, by the road of any edit. ValueError: there is none."""
    step = session.store.undo_step()
    if step is None:
        raise ValueError("there is nothing to undo; no change was accepted yet, or all are undone")
    return session.apply(step.sources, kind="undo", note=f"undid change {step.target}", target=step.target)


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
