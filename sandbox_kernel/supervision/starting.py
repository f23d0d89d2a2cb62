"""Starts what a spec names, as a process linked to its supervisor; returns when its `init` has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox_kernel.errors import StartError
from sandbox_kernel.supervision.events import WorkerStarted
from sandbox_kernel.supervision.process import Process
from sandbox_kernel.supervision.reasons import Exit, describe, reason_of
from sandbox_kernel.supervision.spec import ChildSpec, SpecError, Supervisor, resolve
from sandbox_kernel.supervision.worker import Worker

if TYPE_CHECKING:
    from sandbox_kernel.supervision.core import Core


async def start(core: Core, spec: ChildSpec, parent: Process | None, origin: object | None = None) -> Process | None:
    """The new process, or None if its `init` said `Ignore`; StartError with the reason if it failed.

    `origin` is the cell that starts a root; what a tree prints by itself, such as at a restart, belongs to it.
    """
    found = look_up(spec)
    if isinstance(found, Supervisor):
        return await _start_supervisor(core, spec, found, parent, origin)
    return await _start_worker(core, spec, found, parent, origin)


def look_up(spec: ChildSpec) -> type[Worker] | Supervisor:
    """What the spec names now; whatever goes wrong in the author's module or tree function is a failed start."""
    try:
        return resolve(spec.start)
    except (SpecError, Exit) as error:
        raise StartError(f"'{spec.id}' did not start: {error}", reason=error.reason) from error
    except Exception as error:
        reason = reason_of(error)
        raise StartError(f"'{spec.id}' did not start: {describe(reason)}", reason=reason) from error


async def _start_worker(
    core: Core, spec: ChildSpec, cls: type[Worker], parent: Process | None, origin: object | None
) -> Process | None:
    check_name(core, spec.id, spec.name)
    process = core.new_worker(_instance(spec, cls), spec, parent)
    adopt(core, process, parent, origin)
    if not await process.start(spec.args):
        return None
    core.events.emit(
        WorkerStarted(process.label, process.ref, supervisor="" if parent is None else parent.label, kind=process.kind)
    )
    return process


def _instance(spec: ChildSpec, cls: type[Worker]) -> Worker:
    try:
        return cls()
    except Exception as error:  # an __init__ of the author's, who should write init
        reason = reason_of(error)
        text = (
            f"'{spec.id}' did not start: {describe(reason)}; a worker is made without arguments, write init(self, ...)"
        )
        raise StartError(text, reason=reason) from error


async def _start_supervisor(
    core: Core, spec: ChildSpec, declared: Supervisor, parent: Process | None, origin: object | None
) -> Process:
    from sandbox_kernel.supervision.supervisor import SupervisorProcess  # it starts its children through this module

    name = declared.name if spec.name is None else spec.name
    check_name(core, spec.id, name)
    process = SupervisorProcess(core, declared, spec, name, parent)
    adopt(core, process, parent, origin)
    await process.start()
    core.events.emit(
        WorkerStarted(process.label, process.ref, supervisor="" if parent is None else parent.label, kind="supervisor")
    )
    return process


def check_name(core: Core, child_id: str, name: Any) -> None:
    holder = None if name is None else core.names.get(name)
    if holder is not None:
        text = f"'{child_id}' did not start: the name '{name}' is taken by {holder.ref!r}; choose another name"
        raise StartError(text, reason=("already_started", holder.ref))


def adopt(core: Core, process: Process, parent: Process | None, origin: object | None) -> None:
    """The name is taken and the link is made before `init` runs."""
    process.origin = origin if parent is None else parent.origin
    core.remember(process)
    if parent is not None:
        process.link(parent)
