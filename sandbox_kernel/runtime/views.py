"""Records of the other rooms as wire structs, and the sentences that sum up an edit. Pure but for reading the session."""

from __future__ import annotations

import ast
import json
import os
import platform
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import sandbox_kernel
from sandbox_kernel import wire
from sandbox_kernel.errors import CompileError, ModuleNotFound
from sandbox_kernel.reload.report import ReloadReport
from sandbox_kernel.runtime.cells import named
from sandbox_kernel.versions import diff as difference
from sandbox_kernel.versions import graph, imports
from sandbox_kernel.versions.artifact import CompileReport
from sandbox_kernel.versions.bisection import Bisection
from sandbox_kernel.versions.records import Change, ModuleStatistics, Version

if TYPE_CHECKING:
    from sandbox_kernel.runtime.session import Session
    from sandbox_kernel.supervision.events import NodeSnapshot


def hello(session: Session) -> wire.Hello:
    return wire.Hello(
        protocol=wire.PROTOCOL,
        sandbox=os.environ.get("SANDBOX_KERNEL_NAME") or session.directory.root.name,
        directory=str(session.directory.root),
        pid=os.getpid(),
        python=platform.python_version(),
        package=sandbox_kernel.__version__,
        started=session.started,
    )


def problems(report: CompileReport) -> list[wire.Problem]:
    return [
        wire.Problem(
            severity=found.severity,
            message=found.message,
            hint=found.hint,
            code=found.code,
            module=module,
            line=found.line,
            column=found.column,
            end_line=found.end_line,
            end_column=found.end_column,
        )
        for module, diagnostics in report.diagnostics.items()
        for found in diagnostics
    ]


def objects(report: ReloadReport) -> list[wire.ObjectReport]:
    return [
        wire.ObjectReport(module=change.module, name=change.name, action=change.action, reason=change.reason)
        for change in report.objects
    ]


def success(
    numbers: Mapping[str, int], old: Mapping[str, int], changes: Sequence[wire.ObjectReport], took_ms: float
) -> str:
    """`till v3 is live, 12 ms`; with what was kept old, because silence about that is the worst outcome."""
    names = " and ".join(f"{name} v{number}" for name, number in sorted(numbers.items()))
    back = [f"{name} v{old[name]}" for name in sorted(numbers) if numbers[name] < old.get(name, 0)]
    verb = "is" if len(numbers) == 1 else "are"
    text = f"{names} {verb} live"
    if back:
        text += f" again (was {', '.join(back)})"
    kept = sum(change.action == "kept old" for change in changes)
    if kept:
        text += f"; {kept} object{'s' if kept > 1 else ''} kept the old code"
    return f"{text}, {took_ms:.0f} ms."


def unchanged(live: Mapping[str, int]) -> wire.Applied:
    names = " and ".join(f"{name} v{number}" for name, number in sorted(live.items()))
    text = f"{names} {'is' if len(live) == 1 else 'are'} live already" if names else "there are no modules yet"
    return wire.Applied(ok=True, summary=f"Nothing to do: {text}.", versions=dict(live))


def unreadable(error: CompileError, live_number: Callable[[str], int]) -> wire.Applied:
    number = live_number(error.module)
    goes_on = f"; v{number} is still live" if number else ""
    return wire.Applied(
        ok=False, summary=f"Refused: {error}{goes_on}.", versions={error.module: number}, stage="compile"
    )


def version_info(version: Version) -> wire.VersionInfo:
    return wire.VersionInfo(
        module=version.module,
        number=version.number,
        sha256=version.sha256,
        time=version.time,
        author=version.author,
        message=version.note,
        outcome=version.outcome,
        parent=version.parent,
        reason=version.reason,
        duration_ms=version.duration_ms,
        added_lines=version.added,
        removed_lines=version.removed,
        tags=list(version.tags),
    )


def history(session: Session, name: str, *, limit: int = 100, before: int = 0) -> wire.History:
    """Raises ModuleNotFound for a module that has neither versions nor a file."""
    if name not in session.known():
        raise ModuleNotFound(name, session.known())
    store, newest = session.store, newest_number(session, name)
    if not newest:
        return wire.History(module=name, live=0, versions=[], total=0)
    versions = [version_info(version) for version in store.history(name, limit=limit, before=before)]
    return wire.History(module=name, live=session.live_number(name), versions=versions, total=newest)


def newest_number(session: Session, name: str) -> int:
    """0 for a file that has no version yet."""
    try:
        return session.store.newest(name)
    except ModuleNotFound:
        return 0


def diff(session: Session, name: str, left: int, right: int) -> wire.Diff:
    a, b = session.text(name, left), session.text(name, right)
    rows = [
        wire.DiffRow(kind=row.kind, left_line=row.left_line, left=row.left, right_line=row.right_line, right=row.right)
        for row in difference.rows(a, b)
    ]
    first, second = (f"{name} v{number}" if number else f"{name} (saved file)" for number in (left, right))
    unified = difference.unified(a, b, left_name=first, right_name=second)
    return wire.Diff(module=name, left=left, right=right, unified=unified, rows=rows)


def timeline(changes: Iterable[Change]) -> wire.Timeline:
    """As the store has them, newest first."""
    fields = ("id", "kind", "author", "note", "time", "outcome", "stage", "reason", "duration_ms", "report")
    return wire.Timeline(
        changes=[
            wire.ChangeInfo(
                **{name: getattr(change, name) for name in fields},
                versions=dict(change.versions),
                before=dict(change.before),
            )
            for change in changes
        ]
    )


def dependencies(live: Mapping[str, Version]) -> wire.Dependencies:
    """By the modules' source: what an import in a function or branch needs counts too."""
    found = {
        module: sorted(
            {named.name for named in imports.of_module(module, ast.parse(version.source), live)}
            & (set(live) - {module})
        )
        for module, version in live.items()
    }
    return wire.Dependencies(imports=found, order=[list(group) for group in graph.order(found)])


def statistics(found: ModuleStatistics) -> wire.Statistics:
    return wire.Statistics(**asdict(found))


def found_break(name: str, found: Bisection) -> wire.Break:
    return wire.Break(
        module=name,
        first_bad=found.first_bad,
        last_good=found.last_good,
        untestable=list(found.untestable),
        tried=[(number, str(verdict)) for number, verdict in found.tried],
        summary=found.summary,
    )


def compiled(report: CompileReport) -> wire.Compiled:
    return wire.Compiled(
        ok=report.ok,
        summary=report.head,
        stage=report.stage,
        modules=[
            wire.CompiledModule(
                name=one.module,
                sha256=one.sha256,
                lines=len(one.source.splitlines()),
                imports=list(one.imports),
                definitions=[definition.name for definition in one.definitions],
            )
            for one in report.artifacts.values()
        ],
        problems=problems(report),
        groups=[list(group) for group in report.groups],
        cache_hits=report.cache_hits,
        tried=report.tried,
        duration_ms=report.duration_ms,
        output=report.output,
        traceback=report.traceback,
    )


def stored(report: CompileReport) -> str:
    """What is kept of a compilation with its change: JSON."""
    found = {module: [asdict(one) for one in diagnostics] for module, diagnostics in report.diagnostics.items()}
    return json.dumps({"problems": found, "output": report.output, "traceback": report.traceback})


def module_info(session: Session, name: str) -> wire.ModuleInfo:
    source = session.live_sources().get(name)
    newest = newest_number(session, name)
    return wire.ModuleInfo(
        name=name,
        live=session.live_number(name),
        newest=newest,
        versions=newest,
        edited=source is not None and session.is_edited(name),
        path=str(session.directory.path_of(name)),
        lines=len(source.splitlines()) if source is not None else 0,
    )


def tree_node(node: NodeSnapshot) -> wire.TreeNode:
    return wire.TreeNode(
        id=node.id,
        name="" if node.name is None else str(node.name),
        kind="supervisor" if node.kind == "supervisor" else "worker",
        status=node.status,
        restarts=node.restarts,
        max_restarts=node.max_restarts,
        max_seconds=node.max_seconds,
        strategy=node.strategy,
        mailbox=node.mailbox,
        module=node.module,
        version=node.version,
        age_s=node.age_s,
        state=node.state,
        last_crash=named(node.last_crash),
        children=[tree_node(child) for child in node.children],
    )
