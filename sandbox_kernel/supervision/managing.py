"""How a supervisor answers the requests of `manage`. Called by `supervisor`, which does the starting and ending."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sandbox_kernel.errors import ChildError, StartError
from sandbox_kernel.supervision import manage
from sandbox_kernel.supervision.children import Child
from sandbox_kernel.supervision.events import TreeChanged
from sandbox_kernel.supervision.mailbox import Work
from sandbox_kernel.supervision.reasons import Reason, bounded_repr
from sandbox_kernel.supervision.refs import Ref, Sender, no_reply_error
from sandbox_kernel.supervision.spec import ChildSpec, SpecError, Supervisor, no_spec, resolve

if TYPE_CHECKING:
    from sandbox_kernel.supervision.supervisor import SupervisorProcess


def request(process: SupervisorProcess, asked: Any, sender: Sender) -> Work | None:
    """Answer it now, or return what has to be awaited. Unlike in OTP a request that makes no sense is only refused."""
    try:
        return _request(process, asked, sender)
    except Exception as error:
        sender.fail(_senseless(process, asked, error))
        return None


def _senseless(process: SupervisorProcess, asked: Any, error: Exception) -> ChildError:
    """A slip of whoever asks must not end a tree, whatever it is."""
    text = f"supervisor '{process.label}' cannot do {bounded_repr(asked)}: {type(error).__name__}: {error}"
    return ChildError(text, reason="badarg")


def _request(process: SupervisorProcess, asked: Any, sender: Sender) -> Work | None:
    match asked:
        case manage.WhichChildren():
            process.answer(sender, [_info(process, child) for child in process.children.values()])
        case manage.CountChildren():
            process.answer(sender, _count(process))
        case manage.StartChild() | manage.TerminateChild() | manage.RestartChild() | manage.Redeclare():
            return _work(process, asked, sender)
        case manage.DeleteChild(child_id):
            _try(process, sender, lambda: _delete(process, child_id))
        case manage.GetChildSpec(child):
            _try(process, sender, lambda: _spec(process, child))
        case _:
            text = f"supervisor '{process.label}' takes requests such as WhichChildren(), not {asked!r}"
            sender.fail(ChildError(text, reason="unknown_request"))
    return None


def _try(process: SupervisorProcess, sender: Sender, action: Callable[[], Any]) -> None:
    try:
        process.answer(sender, action())
    except ChildError as error:
        sender.fail(error)


async def _work(process: SupervisorProcess, asked: manage.Request, sender: Sender) -> None:
    if not process.alive:
        return sender.fail(no_reply_error(process.label, process.reason))
    answer: Ref | manage.Difference | None = None
    process.deferred = {sender: None}  # so that it is told if the supervisor is killed meanwhile
    try:
        match asked:
            case manage.StartChild():
                answer = await _add(process, asked)
            case manage.TerminateChild(child):
                await _terminate(process, child)
            case manage.RestartChild(child):
                answer = await _restart(process, child)
            case manage.Redeclare():
                answer = await _redeclare(process, asked)
    except (ChildError, StartError) as error:
        sender.fail(error)
    except Exception as error:
        sender.fail(_senseless(process, asked, error))
    else:
        process.answer(sender, answer)


def _info(process: SupervisorProcess, child: Child) -> manage.ChildInfo:
    child_id = None if process.is_dynamic else child.spec.id
    return manage.ChildInfo(child_id, child.seen, "supervisor" if child.spec.is_supervisor else "worker")


def _count(process: SupervisorProcess) -> manage.ChildCount:
    children = list(process.children.values())
    supervisors = sum(child.spec.is_supervisor for child in children)
    active = sum(child.process is not None and child.process.alive for child in children)
    specs = 1 if process.is_dynamic and process.declared.children else len(children)  # the template is the one spec
    return manage.ChildCount(specs, active, supervisors, len(children) - supervisors)


def _find(process: SupervisorProcess, which: str | Ref) -> Child:
    if isinstance(which, Ref):
        child = _by_ref(process, which) if process.is_dynamic else None
        if child is not None:
            return child
    elif process.is_dynamic:
        text = (
            f"the children of dynamic supervisor '{process.label}' have no ids; give the Ref that StartChild answered"
        )
        raise ChildError(text, reason="simple_one_for_one")
    elif which in process.children:
        return process.children[which]
    known = ", ".join(process.children) or "none"
    raise ChildError(f"supervisor '{process.label}' has no child {which!r}; it has {known}", reason="not_found")


def _by_ref(process: SupervisorProcess, ref: Ref) -> Child | None:
    """Also by the one that ended, while its restart is tried again."""
    child = process.by_ref.get(ref.incarnation)
    if child is None:
        retried = (found for found in process.children.values() if found.status == "restarting")
        child = next((found for found in retried if found.last == ref), None)
    return child


def _spec(process: SupervisorProcess, which: str | Ref) -> ChildSpec:
    if process.is_dynamic and isinstance(which, str):
        for template in process.declared.children:
            if template.id == which:
                return template
        raise ChildError(f"dynamic supervisor '{process.label}' has no template {which!r}", reason="not_found")
    return _find(process, which).spec


# ---- adding and ending
async def _add(process: SupervisorProcess, asked: manage.StartChild) -> Ref | None:
    child = _new_child(process, _full_spec(process, asked))
    await process.start_child(child)
    if child.process is None and (process.is_dynamic or child.spec.restart == "temporary"):
        return None
    process.children[child.key] = child
    process.sync_members()
    _tell(process, "added", child)
    return None if child.process is None else child.process.ref


def _full_spec(process: SupervisorProcess, asked: manage.StartChild) -> ChildSpec:
    spec = asked.spec
    if spec is None:
        if not (process.is_dynamic and process.declared.children):
            raise ChildError(f"say what '{process.label}' shall start: StartChild(ChildSpec(...))", reason="badarg")
        template = process.declared.children[0]
        return replace(template, args=(*template.args, *asked.args), name=asked.name)
    if not isinstance(spec, ChildSpec):
        raise ChildError(no_spec(spec), reason="badarg")
    try:
        process.declared.check_child(spec)
    except SpecError as error:
        raise ChildError(str(error), reason=error.reason) from error
    return spec


def _new_child(process: SupervisorProcess, spec: ChildSpec) -> Child:
    if process.is_dynamic:
        limit = process.declared.max_children
        if limit is not None and len(process.children) >= limit:
            text = f"supervisor '{process.label}' has {limit} children, as many as max_children allows; end one first"
            raise ChildError(text, reason="max_children")
        return Child(f"{spec.id}#{process.core.new_ref('').incarnation}", spec)
    present = process.children.get(spec.id)
    if present is not None:
        reason: Reason = ("already_started", present.seen) if present.status == "running" else "already_present"
        text = f"supervisor '{process.label}' has a child '{spec.id}' already; delete that one or choose another id"
        raise ChildError(text, reason=reason)
    return Child(spec.id, spec)


async def _terminate(process: SupervisorProcess, which: str | Ref) -> None:
    if process.is_dynamic and isinstance(which, Ref) and _is_over(process, which):
        return
    child = _find(process, which)
    await process.end_child(child)
    if process.is_dynamic or child.spec.restart == "temporary":
        process.forget(child)
    process.sync_members()
    _tell(process, "terminated", child)


def _is_over(process: SupervisorProcess, ref: Ref) -> bool:
    """It has ended, and nothing is started in its place."""
    return process.core.find(ref) is None and _by_ref(process, ref) is None


async def _restart(process: SupervisorProcess, child_id: str) -> Ref | None:
    child = _find(process, child_id)
    _refuse_unless_stopped(child)
    await process.start_child(child)
    process.sync_members()
    return None if child.process is None else child.process.ref


def _delete(process: SupervisorProcess, child_id: str) -> None:
    child = _find(process, child_id)
    _refuse_unless_stopped(child)
    process.forget(child)
    _tell(process, "deleted", child)


def _refuse_unless_stopped(child: Child) -> None:
    if child.status != "stopped":
        raise ChildError(f"child '{child.spec.id}' is {child.status}; terminate it first", reason=child.status)


def _tell(process: SupervisorProcess, change: str, child: Child) -> None:
    process.core.events.emit(TreeChanged(process.label, process.ref, change, child.spec.id))


# ---- declaring anew
async def _redeclare(process: SupervisorProcess, asked: manage.Redeclare) -> manage.Difference:
    """Flags and specs are replaced; running children go on, with their new spec at their next restart."""
    declared = _declared(asked)
    if declared.strategy != process.declared.strategy and "dynamic" in (declared.strategy, process.declared.strategy):
        raise ChildError(
            "a dynamic supervisor stays one, and no other becomes one; end it and start anew", reason="badarg"
        )
    difference = _difference(process, declared)
    if not process.is_dynamic:
        vanished = [process.children[child_id] for child_id in difference.vanished]
        process.children = {spec.id: _merged(process, spec) for spec in declared.children}
        process.children |= {child.key: child for child in vanished}
    process.redeclare(declared)
    if asked.apply:
        await _apply(process, difference)
    process.sync_members()
    process.core.events.emit(TreeChanged(process.label, process.ref, "redeclared"))
    return difference


def _declared(asked: manage.Redeclare) -> Supervisor:
    try:
        found = resolve(asked.declared)
    except Exception as error:  # the author's tree function may raise anything; the tree stays as it is
        raise ChildError(f"the new tree was not taken: {error}", reason="bad_tree") from error
    if not isinstance(found, Supervisor):
        raise ChildError(f"{asked.declared!r} is no Supervisor; the tree stays as it was", reason="bad_tree")
    return found


def _difference(process: SupervisorProcess, declared: Supervisor) -> manage.Difference:
    specs = {spec.id: spec for spec in declared.children}
    return manage.Difference(
        added=tuple(child_id for child_id in specs if child_id not in process.children),
        changed=tuple(key for key, child in process.children.items() if specs.get(key, child.spec) != child.spec),
        vanished=() if process.is_dynamic else tuple(key for key in process.children if key not in specs),
    )


def _merged(process: SupervisorProcess, spec: ChildSpec) -> Child:
    child = process.children.get(spec.id)
    if child is None:
        return Child(spec.id, spec)
    child.spec = spec
    return child


async def _apply(process: SupervisorProcess, difference: manage.Difference) -> None:
    for child_id in reversed(difference.vanished):
        child = process.children[child_id]
        await process.end_child(child)
        process.forget(child)
    for child_id in difference.added:
        await process.start_child(process.children[child_id])
