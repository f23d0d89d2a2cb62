"""What learners' servers ask of the service. Who asks is known from the token; whom it is about is never in the request."""

from __future__ import annotations

from tornado.web import HTTPError

from sandbox_kernel.board.handlers import REPORT, WAIT_S, Handler
from sandbox_kernel.board.lessons import pictures
from sandbox_kernel.wire_class import BATCH, EVENT_BYTES, Course, Events, LessonAt, Page, Taken

PAGE_BYTES = 2 * 1024 * 1024


class SeatHandler(Handler):
    needs = REPORT

    def check_xsrf_cookie(self) -> None:
        """A server sends its token in a header, which no foreign page can; a cookie alone is not enough here."""
        if not self.request.headers.get("Authorization"):
            raise HTTPError(403, "this call needs a token")


class EventsCall(SeatHandler):
    async def post(self) -> None:
        """Stores events; the answer names those that are safe now."""
        sent = self.body(Events).events
        if len(sent) > BATCH or len(self.request.body) > BATCH * EVENT_BYTES:
            raise HTTPError(413, f"send at most {BATCH} events at a time")
        if any(not 0 < len(event.key) <= 64 for event in sent):
            raise HTTPError(400, "an event's key has 1 to 64 characters")
        self.school.live.seen(self.me)
        self.reply(Taken(await self.school.take(self.me, sent)))


class OrdersCall(SeatHandler):
    async def get(self) -> None:
        """What holds for this learner; waits for a change."""
        self.reply(await self.school.wait_for_orders(self.me, self.get_query_argument("state", ""), WAIT_S))


class CourseCall(SeatHandler):
    def get(self) -> None:
        """The course, its lessons without their texts."""
        lessons = [LessonAt(one.lesson, one.stem, one.revision) for one in self.school.lessons()]
        self.reply(Course(self.school.toml, lessons, pictures(self.school.course)))


class LessonCall(SeatHandler):
    def get(self, lesson: str) -> None:
        self.reply(self.school.lesson(lesson))


class PictureCall(SeatHandler):
    async def get(self, name: str) -> None:
        """One of the course's pictures, by the name that the course lists."""
        if name not in pictures(self.school.course):
            raise HTTPError(404, f"the course has no picture {name}")
        self.finish((self.school.course / "images" / name).read_bytes())


class PageCall(SeatHandler):
    def post(self) -> None:
        """The learner's notebook, for those who look; false when nobody does."""
        if len(self.request.body) > PAGE_BYTES:
            raise HTTPError(413, "this page is too large to be shown")
        self.reply({"wanted": self.school.show(self.me, self.body(Page))})


CALLS = [
    (r"api/seat/events", EventsCall),
    (r"api/seat/orders", OrdersCall),
    (r"api/seat/course", CourseCall),
    (r"api/seat/lessons/([\w.-]+)", LessonCall),
    (r"api/seat/pictures/([^/]+)", PictureCall),
    (r"api/seat/page", PageCall),
]
