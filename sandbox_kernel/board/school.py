"""What the service knows and does, behind its web handlers: one object that owns the store, the live board and the work.

Everything that touches the database runs on one thread of its own, so the loop that serves thirty learners never waits
for a disk, and writes come one after the other.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import time as clock
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import sqlalchemy as sa

from sandbox_kernel.board import tables as t
from sandbox_kernel.board.lessons import OnDisk, for_learners, read_course
from sandbox_kernel.board.live import Live
from sandbox_kernel.board.store import Store
from sandbox_kernel.classroom.lessons import LessonError
from sandbox_kernel.errors import SandboxError
from sandbox_kernel.wire_class import Checked, Event, Fixed, LessonAt, Look, Orders, Page, Suggestion

log = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")
LOOK_S = 20.0  # a look whose page asks no more is over
COURSE = "(course)"  # the author of revisions that came with the course


class NotThere(SandboxError):
    """What was asked for does not exist; the text says what."""


class School:
    def __init__(self, url: str, course: Path, people: Callable[[], Sequence[dict[str, str]]]) -> None:
        self.live = Live()
        self.course = course
        self.toml = ""
        self._people = people
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="classroom-database")
        self._url = url
        self.store: Store
        self.on_answer: Callable[[], None] = lambda: None
        self._revisions: dict[str, LessonAt] = {}
        self._looks: dict[int, tuple[str, Look]] = {}
        self._suggestions: dict[str, list[Suggestion]] = {}
        self._pages: dict[str, Page] = {}
        self._asked: dict[int, float] = {}
        self._orders: dict[str, asyncio.Event] = {}
        self._boot = secrets.token_hex(4)
        self._numbers: dict[str, int] = {}

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Calls it on the database thread."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, lambda: work(*args, **kwargs))

    async def open(self) -> None:
        """Reads everything that a restart must bring back. SandboxError when there is no course or no database."""
        self.store = await self.run(Store, self._url)
        await self.refresh_people()
        await self._publish_course()
        for row in await self.run(self.store.rows, sa.select(t.look).where(t.look.c.ended == 0.0)):
            self._looks[row["id"]] = (row["learner"], Look(row["id"], row["viewer"]))
        for row in await self.run(self.store.rows, sa.select(t.suggestion).where(t.suggestion.c.state == "open")):
            self._suggestions.setdefault(row["learner"], []).append(_suggestion(row))
        people = await self.run(self.store.rows, sa.select(t.person))
        known = {one["name"] for one in self._people()}
        self.live.begin([one for one in people if one["name"] in known], await self.run(self.store.standings))
        await self.refresh_points(list(self.live.learners))
        for learner, _ in self._looks.values():
            self._show_look(learner)

    def close(self) -> None:
        self._thread.shutdown()
        self.store.close()

    async def refresh_people(self) -> None:
        """The roster file may have got another line."""
        people = self._people()
        await self.run(self.store.set_people, people)
        for one in people:
            if one["name"] not in self.live.learners and self.live.learners:
                self.live.begin([one], [])

    # -- events ---------------------------------------------------------------------------------------------------

    async def take(self, learner: str, events: Sequence[Event]) -> list[str]:
        keys, changed, fresh = await self.run(self.store.take, learner, events)
        self.live.update(changed)
        for event in fresh:
            if isinstance(event.what, Fixed):
                self.live.set(learner, fix=event.what.outcome)
        if any(isinstance(event.what, Checked) for event in fresh):
            self.on_answer()
        decided = [event for event in fresh if event.what.__class__.__name__ == "Decided"]
        if decided:
            await self._reload_suggestions(learner)
        return keys

    async def refresh_points(self, names: Sequence[str]) -> None:
        """The points that the service itself found, for the board."""
        from sandbox_kernel.board.gradebook import totals

        points = await self.run(totals, self.store)
        for name in names:
            self.live.set(name, points=points.get(name, 0.0))

    # -- lessons --------------------------------------------------------------------------------------------------

    async def _publish_course(self) -> None:
        """Each start publishes what is new in the course's directory; what did not change stays the revision it is."""
        self.toml, found = read_course(self.course)
        newest = {row["lesson"]: row for row in await self.newest_revisions()}
        for lesson in found.values():
            if lesson.lesson not in newest or newest[lesson.lesson]["whole"] != lesson.whole:
                await self.run(self.store.write, _insert_revision(lesson, COURSE, "as in the course", 0))
        for row in await self.newest_revisions():
            if row["lesson"] in found:
                self._know(row)

    async def newest_revisions(self) -> list[dict[str, Any]]:  # Any: rows
        newest = sa.select(sa.func.max(t.revision.c.id)).group_by(t.revision.c.lesson)
        return await self.run(self.store.rows, sa.select(t.revision).where(t.revision.c.id.in_(newest)))

    def _know(self, row: dict[str, Any]) -> None:  # Any: as above
        whole = for_learners(row["whole"])
        self._revisions[row["lesson"]] = LessonAt(row["lesson"], row["stem"], row["id"], row["student"], whole)

    def lessons(self) -> list[LessonAt]:
        return list(self._revisions.values())

    def lesson(self, lesson: str) -> LessonAt:
        if lesson not in self._revisions:
            raise NotThere(f"there is no lesson '{lesson}' in this class; it has {', '.join(self._revisions)}")
        return self._revisions[lesson]

    def changed_on_disk(self) -> list[OnDisk]:
        """Lessons whose files differ from what learners have; a course that cannot be read now has none."""
        try:
            _, found = read_course(self.course)
        except LessonError as error:
            log.warning("the course cannot be read: %s", error)
            return []
        published = {lesson.lesson: lesson for lesson in self.lessons()}
        return [
            one
            for one in found.values()
            if one.lesson in published and for_learners(one.whole) != published[one.lesson].whole
        ]

    async def publish(self, lesson: str, author: str, note: str) -> int:
        """The lesson as it is on disk becomes the newest revision. The number of it."""
        _, found = read_course(self.course)
        if lesson not in found:
            raise NotThere(f"there is no lesson '{lesson}' in {self.course}")
        return await self._add_revision(_insert_revision(found[lesson], author, note, 0), lesson)

    async def take_back(self, number: int, author: str) -> int:
        """The revision before `number` of the same lesson, as a new revision."""
        one = await self.run(self.store.rows, sa.select(t.revision).where(t.revision.c.id == number))
        if not one:
            raise NotThere(f"there is no revision {number}")
        lesson = one[0]["lesson"]
        older = sa.select(t.revision).where((t.revision.c.lesson == lesson) & (t.revision.c.id < number))
        before = await self.run(self.store.rows, older.order_by(t.revision.c.id.desc()).limit(1))
        if not before:
            raise NotThere(f"revision {number} of '{lesson}' is its first; there is nothing to go back to")
        row = before[0]
        content = OnDisk(lesson, row["stem"], row["version"], row["student"], row["whole"])
        return await self._add_revision(_insert_revision(content, author, f"takes back {number}", number), lesson)

    async def _add_revision(self, statement: sa.Insert, lesson: str) -> int:
        number = await self.run(self.store.write, statement)
        row = (await self.run(self.store.rows, sa.select(t.revision).where(t.revision.c.id == number)))[0]
        self._know(row)
        for name in self.live.learners:
            self.live.set(name, fix="pending")
            self.wake(name)
        await self.run(self.store.note, row["author"], "published", "", f"{lesson}, revision {number}: {row['note']}")
        return number

    # -- orders to learners' servers ------------------------------------------------------------------------------

    def orders(self, learner: str) -> Orders:
        state = f"{self._boot}.{self._numbers.get(learner, 0)}"
        revisions = {lesson.lesson: lesson.revision for lesson in self.lessons()}
        looks = [look for name, look in self._looks.values() if name == learner]
        return Orders(state, revisions, looks, self._suggestions.get(learner, []))

    async def wait_for_orders(self, learner: str, state: str, timeout_s: float) -> Orders:
        """Answers at once when `state` is not what holds now, else when it changes, else after `timeout_s`."""
        self.live.seen(learner)
        if self.orders(learner).state == state:
            changed = self._orders.setdefault(learner, asyncio.Event())
            try:
                async with asyncio.timeout(timeout_s):
                    await changed.wait()
            except TimeoutError:
                pass
        self.live.seen(learner)
        return self.orders(learner)

    def wake(self, learner: str) -> None:
        self._numbers[learner] = self._numbers.get(learner, 0) + 1
        self._orders.pop(learner, asyncio.Event()).set()

    # -- looking over a shoulder ----------------------------------------------------------------------------------

    async def look(self, learner: str, viewer: str) -> int:
        if learner not in self.live.learners:
            raise NotThere(f"there is nobody called '{learner}' in this class")
        values = {"learner": learner, "viewer": viewer, "began": clock.time(), "ended": 0.0}
        number = await self.run(self.store.write, t.look.insert().values(**values))
        await self.run(self.store.note, viewer, "looked", learner, f"look {number} began")
        self._looks[number] = (learner, Look(number, viewer))
        self._show_look(learner)
        self.wake(learner)
        return number

    async def end_look(self, number: int, viewer: str) -> None:
        learner, look = self._looks.get(number, ("", Look(0, "")))
        if look.viewer != viewer:
            return  # ended already, or somebody else's
        self._looks.pop(number, None)
        self._asked.pop(number, None)
        await self.run(self.store.write, t.look.update().where(t.look.c.id == number).values(ended=clock.time()))
        await self.run(self.store.note, viewer, "looked away", learner, f"look {number} ended")
        if all(name != learner for name, _ in self._looks.values()):
            self._pages.pop(learner, None)
        self._show_look(learner)
        self.wake(learner)

    async def end_forgotten_looks(self) -> None:
        """A browser that was closed or lost says nothing: a learner must not be told for ever that somebody looks."""
        now = clock.monotonic()
        for number, (_, look) in list(self._looks.items()):
            if now - self._asked.setdefault(number, now) > LOOK_S:
                await self.end_look(number, look.viewer)

    def _show_look(self, learner: str) -> None:
        viewers = sorted({look.viewer for name, look in self._looks.values() if name == learner})
        self.live.set(learner, looked_at=", ".join(viewers))

    def page(self, number: int, viewer: str) -> Page | None:
        """What the learner's server sent last for an open look of this viewer."""
        learner, look = self._looks.get(number, ("", Look(0, "")))
        if look.viewer != viewer:
            raise NotThere("this look is over; begin another one from the board")
        self._asked[number] = clock.monotonic()
        return self._pages.get(learner)

    def show(self, learner: str, page: Page) -> bool:
        """Keeps it only while somebody looks: nothing of it is stored."""
        if any(name == learner for name, _ in self._looks.values()):
            self._pages[learner] = page
            return True
        return False

    async def suggest(self, learner: str, author: str, lesson: str, exercise: str, text: str, note: str) -> int:
        if learner not in self.live.learners:
            raise NotThere(f"there is nobody called '{learner}' in this class")
        values = {
            "learner": learner,
            "author": author,
            "lesson": lesson,
            "exercise": exercise,
            "text": text,
            "note": note,
        }
        row = {**values, "state": "open", "time": clock.time(), "decided": 0.0}
        number = await self.run(self.store.write, t.suggestion.insert().values(**row))
        await self.run(self.store.note, author, "suggested", learner, f"{lesson} {exercise}, suggestion {number}")
        self._suggestions.setdefault(learner, []).append(_suggestion({**row, "id": number}))
        self.wake(learner)
        return number

    async def _reload_suggestions(self, learner: str) -> None:
        wanted = sa.select(t.suggestion).where((t.suggestion.c.state == "open") & (t.suggestion.c.learner == learner))
        self._suggestions[learner] = [_suggestion(row) for row in await self.run(self.store.rows, wanted)]
        self.wake(learner)

    async def forget(self, learner: str) -> None:
        """The learner's data was deleted."""
        self._looks = {number: one for number, one in self._looks.items() if one[0] != learner}
        self._suggestions.pop(learner, None)
        self._pages.pop(learner, None)
        self.live.forget(learner)
        await self.refresh_people()


def _suggestion(row: dict[str, Any]) -> Suggestion:  # Any: a row
    return Suggestion(row["id"], row["author"], row["lesson"], row["exercise"], row["text"], row["note"])


def _insert_revision(lesson: OnDisk, author: str, note: str, takes_back: int) -> sa.Insert:
    return t.revision.insert().values(
        lesson=lesson.lesson, stem=lesson.stem, version=lesson.version, student=lesson.student, whole=lesson.whole,
        time=clock.time(), author=author, note=note[:500], takes_back=takes_back,
    )  # fmt: skip
