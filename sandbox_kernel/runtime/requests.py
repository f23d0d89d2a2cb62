"""Wire requests to session calls, one function each; whoever knocks gets a reply, never an exception."""

from __future__ import annotations

import logging

from sandbox_kernel import wire
from sandbox_kernel.errors import SandboxError
from sandbox_kernel.runtime import past, state_handler, usage, views
from sandbox_kernel.runtime.session import Session

log = logging.getLogger(__name__)


def handle(session: Session, request: wire.Request) -> wire.Reply:
    """Any thread. What goes wrong comes back as Failure with one sentence."""
    try:
        return _dispatch(session, request)
    except (SandboxError, ValueError) as error:
        return wire.Failure(error=type(error).__name__, message=str(error))
    except Exception as error:  # a border: a request must be answered whatever happened
        log.exception("request %s failed", type(request).__name__)
        return wire.Failure(error=type(error).__name__, message=f"{type(error).__name__}: {error}")


def _dispatch(session: Session, request: wire.Request) -> wire.Reply:
    match request:
        case wire.GetHello():
            return session.hello()
        case wire.GetSnapshot():
            return session.snapshot()
        case wire.CheckModule(module=module, source=source):
            return session.check(module, source)
        case wire.ApplyModules(sources=sources, note=note, author=author, state_handler=packed):
            return session.apply(sources, note=note, author=author, migration=state_handler.unpack(packed))
        case wire.ReloadFiles(modules=modules):
            return session.reload_files(modules)
        case wire.RollBack(module=module, number=number, state_handler=packed, with_state=with_state):
            return session.roll_back(module, number, with_state=with_state, handler=state_handler.unpack(packed))
        case wire.GetHistory(module=module, limit=limit, before=before):
            return views.history(session, module, limit=limit, before=before)
        case wire.GetDiff(module=module, left=left, right=right):
            return views.diff(session, module, left, right)
        case wire.GetSource(module=module, number=number):
            return wire.Source(module=module, number=number, text=session.text(module, number))
        case wire.GetTree():
            return session.tree()
        case wire.GetEvents(after=after, kinds=kinds):
            found = [event for event in session.events.since(after) if not kinds or type(event).__name__ in kinds]
            return wire.Events(events=found, last=session.events.last)
        case wire.GetUsage() | wire.Watch():  # a widget is told anyway; the control channel keeps the time of a watch
            return usage.of_this_process()
        case wire.StartTree(target=target):
            return session.start_tree(target)
        case wire.GetExercise() | wire.CheckAnswer() | wire.GetHint() | wire.GetSolution():
            raise ValueError("an exercise is asked of its view, in a notebook that has opened its lesson")
        case _:
            return _about_the_past(session, request)


def _about_the_past(session: Session, request: wire.Request) -> wire.Reply:
    store = session.store
    match request:
        case wire.CompileFiles(trial=trial):
            return views.compiled(session.compile_files(trial=trial))
        case wire.FindVersion(module=module, reference=reference):
            return wire.VersionFound(module=module, number=store.resolve(module, reference))
        case wire.TagVersion(module=module, number=number, tag=tag):
            return past.tag(session, module, number, tag)
        case wire.Undo(change=change):
            return past.undo(session, change)
        case wire.Redo():
            return past.redo(session)
        case wire.GetTimeline(limit=limit, before=before):
            return views.timeline(store.timeline(limit=limit, before=before))
        case wire.GetStatistics(module=module):
            return views.statistics(store.module_statistics(module))
        case wire.GetDependencies():
            return views.dependencies(store.live())
        case wire.FindBreak(module=module, check=check):
            return views.found_break(module, past.find_break(session, module, check))
        case wire.ExportHistory(file=file):
            return past.export(session, file)
        case wire.ImportHistory(file=file):
            return past.fill(session, file)
        case wire.ForgetVersions(keep_last=keep_last, keep_tagged=keep_tagged):
            return past.forget(session, keep_last, keep_tagged=keep_tagged)
    raise ValueError(f"a {type(request).__name__} is not understood here; update the package in the sandbox")
