"""What the board's page asks of the service. Watching needs the scope to watch, everything else the scope to teach."""

from __future__ import annotations

import time as clock

import msgspec
import sqlalchemy as sa
from tornado.web import HTTPError

from sandbox_kernel.board import people
from sandbox_kernel.board import tables as t
from sandbox_kernel.board.gradebook import gradebook, gradebook_csv, nbgrader_csv
from sandbox_kernel.board.handlers import REPORT, TEACH, WAIT_S, Handler


class Published(msgspec.Struct):
    lesson: str
    note: str = ""


class Looked(msgspec.Struct):
    learner: str


class Suggested(msgspec.Struct):
    learner: str
    lesson: str
    exercise: str
    text: str
    note: str = ""


class Due(msgspec.Struct):
    time: float


class BoardCall(Handler):
    async def get(self) -> None:
        """What changed since `number` of `boot`; waits for it."""
        boot, number = self.get_query_argument("boot", ""), int(self.get_query_argument("number", "0"))
        self.reply(await self.school.live.wait(boot, number, WAIT_S))


class LearnerCall(Handler):
    async def get(self, name: str) -> None:
        """One learner: every exercise, every answer with what it was worth, looks and suggestions."""
        self.reply(await self.school.run(people.everything, self.school.store, name))


class RevisionsCall(Handler):
    needs = TEACH

    async def get(self) -> None:
        """Revisions with what became of them per learner, and lessons that changed on disk."""
        store, run = self.school.store, self.school.run
        columns = [column for column in t.revision.c if column.name not in ("student", "whole")]
        rows = await run(store.rows, sa.select(*columns).order_by(t.revision.c.id.desc()).limit(50))
        outcomes = await run(store.rows, sa.select(t.outcome))
        for row in rows:
            row["outcomes"] = [one for one in outcomes if one["revision"] == row["id"]]
        changed = await run(self.school.changed_on_disk)
        self.reply({"revisions": rows, "changed": [{"lesson": one.lesson, "version": one.version} for one in changed]})

    async def post(self) -> None:
        """Publishes a lesson as it is on disk."""
        asked = self.body(Published)
        self.reply({"revision": await self.school.publish(asked.lesson, self.me, asked.note)})


class TakeBackCall(Handler):
    needs = TEACH

    async def post(self, number: str) -> None:
        self.reply({"revision": await self.school.take_back(int(number), self.me)})


class LooksCall(Handler):
    needs = TEACH

    async def post(self) -> None:
        self.reply({"look": await self.school.look(self.body(Looked).learner, self.me)})


class LookCall(Handler):
    needs = TEACH

    def get(self, number: str) -> None:
        """The learner's notebook as it was sent last; null until it arrives."""
        self.reply(self.school.page(int(number), self.me))

    async def delete(self, number: str) -> None:
        await self.school.end_look(int(number), self.me)
        self.reply({"ok": True})


class SuggestionsCall(Handler):
    needs = TEACH

    async def post(self) -> None:
        asked = self.body(Suggested)
        if len(asked.text) > 64 * 1024:
            raise HTTPError(413, "a suggestion has at most 64 KiB")
        number = await self.school.suggest(
            asked.learner, self.me, asked.lesson, asked.exercise, asked.text, asked.note[:500]
        )
        self.reply({"suggestion": number})


class DeadlineCall(Handler):
    needs = TEACH

    async def put(self, lesson: str) -> None:
        """Until when answers count; 0 for no deadline. Answers that are there already are judged by it again."""
        self.school.lesson(lesson)
        due = self.body(Due).time
        mine, store = t.attempt.c.lesson == lesson, self.school.store
        late = t.attempt.c.time > due if due else sa.false()
        statements = [
            t.deadline.delete().where(t.deadline.c.lesson == lesson),
            *([t.deadline.insert().values(lesson=lesson, time=due)] if due else []),
            t.attempt.update().where(mine).values(late=late),
        ]
        await self.school.run(store.write, *statements)
        await self.school.run(store.note, self.me, "deadline", "", f"{lesson}: {due}")
        await self.school.refresh_points(list(self.school.live.learners))
        self.reply({"ok": True})


class GradesCall(Handler):
    needs = TEACH

    async def get(self, form: str) -> None:
        """The gradebook as JSON, as CSV, or in the columns of nbgrader's export."""
        store, run = self.school.store, self.school.run
        most = await run(self._most)
        grades = await run(gradebook, store, most, self.get_query_argument("lesson", ""))
        due = {row["lesson"]: row["time"] for row in await run(store.rows, sa.select(t.deadline))}
        if form == "json":
            self.reply({"grades": grades, "deadlines": due, "lessons": [one.lesson for one in self.school.lessons()]})
            return
        if form == "csv":
            text = gradebook_csv(grades)
        else:
            learners = {one.name: one.shown for one in self.school.live.learners.values() if one.role == "learner"}
            by_lesson: dict[str, float] = {}
            for (lesson, _), points in most.items():
                by_lesson[lesson] = by_lesson.get(lesson, 0.0) + points
            text = nbgrader_csv(grades, learners, by_lesson, due)
        await run(store.note, self.me, "exported grades", "", form)
        self.set_header("Content-Type", "text/csv; charset=utf-8")
        self.set_header(
            "Content-Disposition", f'attachment; filename="{"grades" if form == "csv" else "nbgrader"}.csv"'
        )
        self.finish(text)

    def _most(self) -> dict[tuple[str, str], float]:
        return {
            (one.lesson, exercise.id): float(exercise.points)
            for one in self.school.lessons()
            for exercise in self.checking.whole_lesson(one.lesson).exercises.values()
        }


class PersonCall(Handler):
    needs = TEACH

    async def get(self, name: str) -> None:
        """Everything that is stored about one learner, for them to have."""
        await self.school.run(self.school.store.note, self.me, "exported", name)
        self.set_header("Content-Disposition", f'attachment; filename="{name}.json"')
        self.reply(await self.school.run(people.everything, self.school.store, name))

    async def delete(self, name: str) -> None:
        """Deletes everything that is stored about one learner; the audit log keeps that it was done."""
        await self.school.run(people.delete, self.school.store, name)
        await self.school.run(self.school.store.note, self.me, "deleted", "", "the data of one learner")
        await self.school.forget(name)
        self.reply({"ok": True})


class AuditCall(Handler):
    needs = TEACH

    async def get(self) -> None:
        wanted = sa.select(t.audit).order_by(t.audit.c.id.desc()).limit(500)
        self.reply({"now": clock.time(), "audit": await self.school.run(self.school.store.rows, wanted)})


class MineCall(Handler):
    """What a learner may know of themselves: all of it."""

    needs = REPORT

    async def get(self) -> None:
        self.reply(await self.school.run(people.everything, self.school.store, self.me))


CALLS = [
    (r"api/board", BoardCall),
    (r"api/learners/([\w-]+)", LearnerCall),
    (r"api/revisions", RevisionsCall),
    (r"api/revisions/(\d+)/take-back", TakeBackCall),
    (r"api/looks", LooksCall),
    (r"api/looks/(\d+)", LookCall),
    (r"api/suggestions", SuggestionsCall),
    (r"api/deadlines/([\w.-]+)", DeadlineCall),
    (r"api/grades\.(json|csv|nbgrader)", GradesCall),
    (r"api/people/([\w-]+)", PersonCall),
    (r"api/audit", AuditCall),
    (r"api/mine", MineCall),
]
