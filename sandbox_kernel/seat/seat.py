"""What a learner's server does for the classroom beside serving: four loops that outlive every fault of the service.

Collect what sandboxes have to tell; send it; ask what holds now (newer lessons, who looks, what is suggested) and carry
it out; show the notebook to those who look. Nobody else ever gets into this server: whoever looks is sent what the server
reads, so a look cannot change anything.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path

from sandbox_kernel.errors import SandboxError
from sandbox_kernel.seat import pages, spool
from sandbox_kernel.seat.kernels import Kernels
from sandbox_kernel.seat.lessons import Lessons, Pending
from sandbox_kernel.seat.outbox import Outbox
from sandbox_kernel.seat.service import Away, Pauses, Service
from sandbox_kernel.seat.windows import Windows
from sandbox_kernel.wire_class import Decided, Fixed, LessonAt, Look, Orders, Outcome, Page

log = logging.getLogger(__name__)

COLLECT_S = 0.3
LEFT_OVER_S = 30.0
PAGE_S = 1.0


class Seat:
    def __init__(self, files: Path, private: Path, service: Service, kernels: Kernels) -> None:
        self.files = files
        self.outbox = Outbox(private / "outbox.sqlite")
        self.lessons = Lessons(files, private)
        self.windows = Windows()
        self._service = service
        self._kernels = kernels
        self._to_send = asyncio.Event()
        self._looked_at = asyncio.Event()
        self._looks: list[Look] = []
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        loops = (self._collect, self._send, self._obey, self._show)
        self._tasks = [asyncio.create_task(_for_ever(loop), name=loop.__name__) for loop in loops]

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._move(self._kernels.directories())
        await self._service.close()
        self.outbox.close()

    # -- up ---------------------------------------------------------------------------------------------------------

    async def _collect(self) -> None:
        """Running sandboxes are looked at all the time, the others when the server starts and now and then."""
        left_over = 0.0
        while True:
            directories = self._kernels.directories()
            if left_over <= 0:
                directories += await asyncio.to_thread(lambda: list(spool.sandboxes_below(self.files)))
                left_over = LEFT_OVER_S
            self._move(directories)
            left_over -= COLLECT_S
            await asyncio.sleep(COLLECT_S)

    def _move(self, directories: list[Path]) -> None:
        if spool.collect(directories, self.outbox):
            self._to_send.set()

    async def _send(self) -> None:
        pauses = Pauses()
        while True:
            self._to_send.clear()
            events = self.outbox.oldest()
            if not events:
                await self._to_send.wait()
                continue
            try:
                self.outbox.sent(await self._service.send(events))
                pauses.after_success()
            except Away as away:
                log.info("events wait: %s", away)
                await pauses.after_failure()

    def tell(self, what: Fixed | Decided) -> None:
        self.outbox.put(what)
        self._to_send.set()

    # -- down ---------------------------------------------------------------------------------------------------------

    async def _obey(self) -> None:
        pauses, state = Pauses(), ""
        while True:
            try:
                orders = await self._service.orders(state)
                await self._carry_out(orders)
                state = orders.state
                pauses.after_success()
            except Away as away:
                log.info("no orders: %s", away)
                await pauses.after_failure()

    async def _carry_out(self, orders: Orders) -> None:
        self._looks = orders.looks
        self.windows.set(orders.looks, orders.suggestions)
        if orders.looks:
            self._looked_at.set()
        newer = [lesson for lesson, number in orders.revisions.items() if self.lessons.known.get(lesson) != number]
        if newer:
            course = await self._service.course()
            self.lessons.set_course(course.toml)
            for name in self.lessons.missing_pictures(course.pictures):
                self.lessons.add_picture(name, await self._service.picture(name))
        for lesson in newer:
            await self._bring(await self._service.lesson(lesson))

    async def _bring(self, lesson: LessonAt) -> None:
        """One lesson to its newest revision: handed out, or brought into what the learner has; tells what became of it."""
        is_new = lesson.lesson not in self.lessons.known
        self.lessons.hand_out(lesson)
        if is_new:
            return
        kept: list[str] = []
        try:
            for pending in self.lessons.plans(lesson):
                kept += await self._change(pending, lesson)
        except (OSError, ValueError, SandboxError) as error:
            self.tell(Fixed(lesson.revision, lesson.lesson, "failed", str(error)[:300]))
            self.lessons.done(lesson)
            return
        self.lessons.done(lesson)
        outcome: Outcome = "kept" if kept else "applied"
        detail = f"changed by the learner, so left as it is: {', '.join(sorted(set(kept)))}" if kept else ""
        self.tell(Fixed(lesson.revision, lesson.lesson, outcome, detail))

    async def _change(self, pending: Pending, lesson: LessonAt) -> list[str]:
        """In the window that has it open, else on disk; then in the running sandbox. What stayed as the learner has it."""
        changes = [change.to_json() for change in pending.merge.changes]
        number = f"{lesson.revision}:{pending.path}"
        if changes and not await self.windows.change(pending.path, number, {"lesson": lesson.lesson, "cells": changes}):
            self.lessons.apply(pending)
        kept = await self._kernels.reload(pending.path, pending.reloads, pending.handed_out)
        return [*pending.merge.kept, *kept]

    # -- shown ---------------------------------------------------------------------------------------------------------

    async def _show(self) -> None:
        """While somebody looks: the notebook as it is saved, when it changed, and only once the learner was told."""
        sent: Page | None = None
        while True:
            if not self._looks:
                sent = None
                self._looked_at.clear()
                await self._looked_at.wait()
            if self.windows.all_show(self._looks):
                page = await self._page()
                if page is not None and page != sent:
                    with contextlib.suppress(Away):
                        sent = page if await self._service.show(page) else None
            await asyncio.sleep(PAGE_S)

    async def _page(self) -> Page | None:
        open_ones = await self._kernels.notebooks()
        path = open_ones[-1][1] if open_ones else pages.newest(self.files)
        return await asyncio.to_thread(pages.page_of, self.files, path) if path else None


async def _for_ever(loop: Callable[[], Awaitable[None]]) -> None:
    """A fault of ours in one loop is logged, and the loop begins anew: a class must not stand still for it."""
    while True:
        try:
            await loop()
        except Exception:
            log.exception("the classroom's part of this server had a fault and goes on")
            await asyncio.sleep(1.0)
