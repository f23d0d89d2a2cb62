"""A running supervisor: does what `restarts` decides, one message at a time, and answers the requests of `manage`.

While it starts or ends children it takes no other message, as in OTP; between two tries of a restart that fails it
does.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sandbox_kernel.errors import StartError
from sandbox_kernel.supervision import managing, restarts
from sandbox_kernel.supervision.children import Child
from sandbox_kernel.supervision.events import (
    ShutdownFailed,
    StartFailed,
    SupervisorGaveUp,
    WorkerRestarted,
    WorkerStopped,
)
from sandbox_kernel.supervision.mailbox import CALL, INFO, Message, Work
from sandbox_kernel.supervision.process import Process
from sandbox_kernel.supervision.reasons import Reason, describe
from sandbox_kernel.supervision.restarts import Action, Begin, End, Forget
from sandbox_kernel.supervision.spec import ChildSpec, Supervisor
from sandbox_kernel.supervision.starting import start
from sandbox_kernel.supervision.worker import ExitMessage

if TYPE_CHECKING:
    from sandbox_kernel.supervision.core import Core

__all__ = ["Supervisor", "SupervisorProcess"]

_ORPHAN_TURNS = 50
_TURN = 50  # children started before other processes get their turn


@dataclass(frozen=True, slots=True)
class _TryAgain:
    key: str


class SupervisorProcess(Process):
    __slots__ = ("by_ref", "children", "declared", "restarting", "spec", "started", "tree")

    kind = "supervisor"

    def __init__(self, core: Core, declared: Supervisor, spec: ChildSpec, name: Any, parent: Process | None) -> None:
        super().__init__(core, spec.id, name, parent)
        self.declared, self.spec = declared, spec
        self.trap_exit = True
        self.tree = declared.tree()
        self.children: dict[str, Child] = {}
        self.by_ref: dict[int, Child] = {}
        self.started: asyncio.Future[None] | None = None
        self.restarting = False  # whether the child that it starts just now is one that had ended

    @property
    def is_dynamic(self) -> bool:
        return self.declared.strategy == "dynamic"

    # ---- start
    async def start(self) -> None:
        """Start the children left to right; if one fails, end those that run in reverse order and raise StartError."""
        self.started = killed = self.core.loop.create_future()
        self.working = True
        self.task = task = self.core.loop.create_task(self._start_children(), context=self.context)
        await asyncio.wait((task, killed), return_when=asyncio.FIRST_COMPLETED)
        if not self.alive:
            text = f"supervisor '{self.label}' did not start: {describe(self.reason)}"
            raise StartError(text, reason=self.reason)

    async def _start_children(self) -> None:
        self.begun = True
        if self.is_dead():
            return
        if not self.is_dynamic:
            self.children = {spec.id: Child(spec.id, spec) for spec in self.declared.children}
        for count, child in enumerate(list(self.children.values()), 1):
            try:
                await self.start_child(child)
            except StartError as error:
                self.core.events.emit(StartFailed(child.spec.id, supervisor=self.label, reason=error.reason))
                await self.end_children()
                self._leave_parent()
                self.die(("shutdown", ("failed_to_start_child", child.spec.id, error.reason)))
                return
            if count % _TURN == 0:
                await asyncio.sleep(0)
        for child in [c for c in self.children.values() if c.status == "stopped" and c.spec.restart == "temporary"]:
            self.forget(child)
        self.sync_members()
        self.task, self.started, self.working = None, None, False
        self.ready()

    def _leave_parent(self) -> None:
        if self.parent is not None:
            self.unlink(self.parent)

    def sync_members(self) -> None:
        if not self.is_dynamic:
            self.tree = replace(self.tree, members=tuple(child.member for child in self.children.values()))

    def redeclare(self, declared: Supervisor) -> None:
        """Other flags from now on; the restarts that were counted stay."""
        self.declared = declared
        self.tree = replace(declared.tree(), restarts=self.tree.restarts)

    # ---- one child
    async def start_child(self, child: Child) -> None:
        """Start it; StartError leaves it stopped. A child whose init says `Ignore` is stopped too, and that is no
        error."""
        child.process, child.status = None, "stopped"
        process = await start(self.core, child.spec, self)
        if process is None:
            return
        child.process, child.last, child.status = process, process.ref, "running"
        self.by_ref[process.ref.incarnation] = child

    async def end_child(self, child: Child) -> None:
        """In its shutdown time: `shutdown` is sent, then it is killed. `brutal_kill` kills at once."""
        process, child.process = child.process, None
        child.status = "stopped"
        if process is None:
            return
        self.by_ref.pop(process.ref.incarnation, None)
        self.unlink(process)
        grace_s = self.core.clip(child.spec.kill_after_s)
        if child.spec.shutdown_ms == "brutal_kill":
            process.signal(self, "kill")
        else:
            process.signal(self, "shutdown")
            await self._wait_or_kill(process, grace_s)
        if isinstance(process, SupervisorProcess) and process.reason == "killed":
            await process.orphans_end()
        if process.reason != "shutdown" and not (
            child.spec.shutdown_ms == "brutal_kill" and process.reason == "killed"
        ):
            self.core.events.emit(
                ShutdownFailed(process.label, process.ref, supervisor=self.label, reason=process.reason)
            )

    async def _wait_or_kill(self, process: Process, grace_s: float | None) -> None:
        try:
            async with asyncio.timeout(grace_s):
                await process.wait_end()
        except TimeoutError:
            process.signal(self, "kill")

    def forget(self, child: Child) -> None:
        self.children.pop(child.key, None)
        if not self.is_dynamic:
            self.tree = self.tree.without(child.key)

    async def end_children(self) -> None:
        """In reverse start order, each with its whole subtree before the next; a dynamic supervisor's all at once."""
        if self.is_dynamic:
            await asyncio.gather(*(self.end_child(child) for child in list(self.children.values())))
        else:
            for child in reversed(list(self.children.values())):
                await self.end_child(child)

    async def end(self, reason: Reason) -> None:
        if not self.alive:
            return
        await self.end_children()
        self.die(reason)

    def parent_ended(self, reason: Reason) -> Work:
        return self.end(reason)

    def doom(self) -> None:
        super().doom()
        for child in self.children.values():
            if child.process is not None:
                child.process.doom()

    def ended(self, reason: Reason) -> None:
        if self.started is not None and not self.started.done():
            self.started.set_result(None)
        else:
            self.core.events.emit(WorkerStopped(self.label, self.ref, reason=reason))

    async def orphans_end(self) -> None:
        """Its children end by themselves when it is killed. Those that need no time for it are to be gone before others
        take their places; nobody waits for the rest."""
        for _ in range(_ORPHAN_TURNS):
            if not any(child.process is not None and child.process.alive for child in self.children.values()):
                return
            await asyncio.sleep(0)

    def note_crash(self, child: Process, story: str) -> None:
        found = self.by_ref.get(child.ref.incarnation)
        if found is not None:
            found.crash = story

    # ---- messages
    def dispatch(self, message: Message) -> Work | None:
        kind, payload, sender = message
        if self.observer is not None:
            self.observer.note("in", payload)
        if kind == CALL:
            return managing.request(self, payload, sender)
        if kind == INFO and isinstance(payload, ExitMessage):
            return self._child_ended(payload)
        if kind == INFO and isinstance(payload, _TryAgain):
            return self._try_again(payload)
        return None  # a stray message harms no supervisor

    def _child_ended(self, message: ExitMessage) -> Work | None:
        child = None if message.ref is None else self.by_ref.pop(message.ref.incarnation, None)
        if child is None:
            return None  # a stranger's signal, or one that was ended meanwhile
        decision = restarts.ended(self.tree, child.member, message.reason, self.core.now_ns())
        dead, child.process, child.status = child.process, None, "stopped"
        return self._apply(decision, child, message.reason, dead)

    def _try_again(self, message: _TryAgain) -> Work | None:
        child = self.children.get(message.key)
        if child is None:
            return None
        return self._apply(restarts.try_again(self.tree, child.member, self.core.now_ns()), child, None, None)

    def _apply(self, decision: restarts.Decision, cause: Child, reason: Reason, dead: Process | None) -> Work | None:
        self.tree, actions = decision
        return self._act(actions, cause, reason, dead) if actions else None

    async def _act(self, actions: tuple[Action, ...], cause: Child, reason: Reason, dead: Process | None) -> None:
        if isinstance(dead, SupervisorProcess):
            await dead.orphans_end()
        for action in actions if self.alive else ():
            match action:
                case End(key):
                    await self.end_child(self.children[key])
                case Forget(key):
                    self.forget(self.children[key])
                case Begin(key):
                    if not await self._restart(self.children[key]):
                        break
                case restarts.GiveUp():
                    self._report_giving_up(cause, reason)
                    await self.end("shutdown")
                    return
                case restarts.ShutDown():
                    await self.end("shutdown")
                    return
        self.sync_members()

    async def _restart(self, child: Child) -> bool:
        self.restarting = True
        try:
            await self.start_child(child)
        except StartError as error:
            child.status = "restarting"
            self.core.events.emit(StartFailed(child.spec.id, supervisor=self.label, reason=error.reason))
            self.deliver((INFO, _TryAgain(child.key), None))
            return False
        finally:
            self.restarting = False
        if child.process is None and self.is_dynamic:
            self.forget(child)
        elif child.process is not None:
            self._report_restart(child.process)
        return True

    def _report_restart(self, process: Process) -> None:
        tree = self.tree
        count = restarts.recent_restarts(tree, self.core.now_ns())
        self.core.events.emit(
            WorkerRestarted(process.label, process.ref, self.label, count, tree.max_restarts, self.declared.max_seconds)
        )

    def _report_giving_up(self, child: Child, reason: Reason) -> None:
        flags = self.declared
        story = (
            f"supervisor '{self.label}' gave up: '{child.spec.id}' needed more than {restarts.counted(flags.max_restarts)} "
            f"within {flags.max_seconds:g} s, so its children were ended; mend '{child.spec.id}', then start it again"
        )
        self.core.events.emit(
            SupervisorGaveUp(self.label, self.ref, child.spec.id, reason, flags.max_restarts, flags.max_seconds, story)
        )
