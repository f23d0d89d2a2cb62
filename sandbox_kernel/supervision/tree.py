"""Takes a snapshot of all trees, from any thread and without asking the loop: a tree whose loop is blocked must be seen
too."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from sandbox_kernel.supervision import restarts
from sandbox_kernel.supervision.children import Child
from sandbox_kernel.supervision.events import NodeSnapshot, TreeSnapshot
from sandbox_kernel.supervision.process import Process
from sandbox_kernel.supervision.reasons import bounded_repr
from sandbox_kernel.supervision.server import WorkerProcess
from sandbox_kernel.supervision.supervisor import SupervisorProcess
from sandbox_kernel.supervision.versions import version_of
from sandbox_kernel.supervision.worker import Worker

if TYPE_CHECKING:
    from sandbox_kernel.supervision.core import Core

STATE_LIMIT = 500

Versions = dict[type[Worker], str]  # of the classes met in one snapshot: a thousand workers are of few classes


def snapshot(core: Core, roots: Iterable[Process]) -> TreeSnapshot:
    zombies = tuple(sorted({f"{process.label}#{process.ref.incarnation}" for process in core.zombies()}))
    number = core.events.last_number
    versions: Versions = {}
    return TreeSnapshot(tuple(_node(process, versions) for process in list(roots) if process.alive), number, zombies)


def _version(cls: type[Worker], versions: Versions) -> str:
    if cls not in versions:
        versions[cls] = str(version_of(cls))
    return versions[cls]


def _node(process: Process, versions: Versions, crash: str = "") -> NodeSnapshot:
    if isinstance(process, SupervisorProcess):
        return _supervisor_node(process, versions, crash)
    assert isinstance(process, WorkerProcess)
    cls = type(process.worker)
    return NodeSnapshot(
        id=process.id,
        name=process.name,
        kind=process.kind,
        status=_status(process),
        ref=process.ref,
        mailbox=process.queue_length,
        module=cls.__module__,
        class_name=cls.__qualname__,
        version=_version(cls, versions),
        age_s=process.core.loop.time() - process.born,
        state=bounded_repr(process.shown_state(), STATE_LIMIT),
        last_crash=crash,
    )


def _supervisor_node(process: SupervisorProcess, versions: Versions, crash: str) -> NodeSnapshot:
    declared = process.declared
    return NodeSnapshot(
        id=process.id,
        name=process.name,
        kind="supervisor",
        status=_status(process),
        ref=process.ref,
        strategy=declared.strategy,
        restarts=restarts.recent_restarts(process.tree, process.core.now_ns()),
        max_restarts=declared.max_restarts,
        max_seconds=declared.max_seconds,
        mailbox=process.queue_length,
        age_s=process.core.loop.time() - process.born,
        last_crash=crash,
        children=tuple(_child_node(child, versions) for child in list(process.children.values())),
    )


def _child_node(child: Child, versions: Versions) -> NodeSnapshot:
    process = child.process
    if process is not None and process.alive:
        return _node(process, versions, child.crash)
    kind = "supervisor" if child.spec.is_supervisor else "worker"
    status = "restarting" if process is not None or child.status == "restarting" else "stopped"
    return NodeSnapshot(child.spec.id, child.spec.name, kind, status, last_crash=child.crash)


def _status(process: Process) -> str:
    core = process.core
    if core.inside is process and core.blocked is not None:
        return "blocked"
    return "suspended" if process.suspended else "running"
