"""Every answer that could earn points is checked again by the service itself, from the recorded text.

One at a time, politely behind everything else on the machine, in a process of its own with its own limits
(`classroom.recheck`). What a learner's kernel said about the answer is not looked at, but for the order: who claims to have
passed is checked first.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from sandbox_kernel.board import tables as t
from sandbox_kernel.board.school import School
from sandbox_kernel.board.standing import MESSAGE
from sandbox_kernel.classroom.course import COURSE_FILE
from sandbox_kernel.classroom.lessons import Lesson, LessonError, load_lesson
from sandbox_kernel.classroom.recheck import Rechecker
from sandbox_kernel.classroom.results import Results

log = logging.getLogger(__name__)

NICE = 15


def _be_polite() -> None:
    """Linux keeps this per thread, and the processes that this one starts inherit it: learners' own checks go first.
    Sessions that they begin are made as nice (`isolation.politeness`)."""
    os.nice(NICE)


class Checking:
    """`run` goes on for as long as the service; what is waiting in the database when it starts is checked too."""

    def __init__(self, school: School) -> None:
        self._school = school
        self._work = asyncio.Event()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="recheck", initializer=_be_polite)
        self._rechecker = Rechecker()
        self._scratch = tempfile.TemporaryDirectory(prefix="classroom-lessons-", ignore_cleanup_errors=True)
        self._courses: dict[str, tuple[int, Path]] = {}
        school.on_answer = self._work.set

    async def run(self) -> None:
        while True:
            self._work.clear()
            while (attempt := await self._next()) is not None:
                await self._check(attempt)
            await self._work.wait()

    def close(self) -> None:
        self._thread.shutdown(wait=False, cancel_futures=True)
        self._rechecker.close()
        self._scratch.cleanup()

    async def _next(self) -> dict[str, Any] | None:  # Any: a row
        order = (sa.case((t.attempt.c.claimed == "pass", 0), else_=1), t.attempt.c.id)
        wanted = sa.select(t.attempt).where(t.attempt.c.state == "waiting").order_by(*order).limit(1)
        rows = await self._school.run(self._school.store.rows, wanted)
        return rows[0] if rows else None

    async def _check(self, attempt: dict[str, Any]) -> None:  # Any: as above
        values: dict[str, Any]  # Any: of the columns' types
        try:
            loop = asyncio.get_running_loop()
            number, results = await loop.run_in_executor(self._thread, self._results, attempt)
            values = {
                "state": "done", "status": results.status, "points": results.points,
                "message": results.said()[:MESSAGE], "revision": number,
            }  # fmt: skip
        except LessonError as error:  # an exercise that a newer lesson no longer has, or a check that hangs
            values = {"state": "done", "status": "error", "points": 0.0, "message": str(error)[:MESSAGE]}
        school = self._school
        mine = t.attempt.c.id == attempt["id"]
        await school.run(school.store.write, t.attempt.update().where(mine).values(**values))
        await school.refresh_points([attempt["learner"]])

    def _results(self, attempt: dict[str, Any]) -> tuple[int, Results]:  # Any: as above
        lesson = attempt["lesson"]
        number, course = self.course_of(lesson)
        return number, self._rechecker.recheck(lesson, attempt["exercise"], attempt["answer"], course=course)

    def course_of(self, lesson: str) -> tuple[int, Path]:
        """The newest revision of the lesson as a course on disk of its own: with solutions and the service's own checks."""
        try:
            number = self._school.lesson(lesson).revision
        except Exception as error:
            raise LessonError(str(error)) from None
        known = self._courses.get(lesson)
        if known is not None and known[0] == number:
            return known
        row = self._school.store.rows(sa.select(t.revision).where(t.revision.c.id == number))[0]
        directory = Path(self._scratch.name) / f"{number}"
        with contextlib.suppress(FileExistsError):
            (directory / "source").mkdir(parents=True)
        (directory / "source" / f"{row['stem']}.ipynb").write_text(row["whole"], encoding="utf-8")
        named = f'path = "{row["stem"]}.ipynb"\nid = "{lesson}"\nversion = "{row["version"]}"\n'
        toml = f'title = "recheck"\n[[lesson]]\n{named}'
        (directory / COURSE_FILE).write_text(toml, encoding="utf-8")
        self._courses[lesson] = (number, directory)
        return number, directory

    def whole_lesson(self, lesson: str) -> Lesson:
        """Blocking: for the points that can be had."""
        directory = self.course_of(lesson)[1]
        return load_lesson(directory / "source" / f"{self._school.lesson(lesson).stem}.ipynb")
