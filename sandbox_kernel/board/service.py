"""The classroom service: `python -m sandbox_kernel.board`, started by the hub as its service `classroom`.

Weighed: (a) a server extension in the instructor's own JupyterLab: gone when that browser's server is culled; (b) FastAPI
and an ORM: two more stacks beside tornado and SQLAlchemy, which JupyterHub brings; (c) tornado handlers over SQLAlchemy
Core, a hub-managed service: (c). docs/classroom.md says more.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
from jupyterhub.services.auth import HubOAuthCallbackHandler
from tornado.httpserver import HTTPServer
from tornado.web import Application, RequestHandler, StaticFileHandler

from sandbox_kernel.board import people, seat_calls, teacher_calls
from sandbox_kernel.board.checking import Checking
from sandbox_kernel.board.handlers import BODY_BYTES, REPORT, TEACH, WATCH, Handler
from sandbox_kernel.board.school import School
from sandbox_kernel.isolation.keeper import tie_to_parent

log = logging.getLogger(__name__)

HEARTBEAT_S = 5.0
UNMANAGED = {  # what the hub tells a service that it starts itself; in a cluster it starts none
    "JUPYTERHUB_SERVICE_NAME": "classroom",
    "JUPYTERHUB_SERVICE_PREFIX": "/services/classroom/",
    "JUPYTERHUB_CLIENT_ID": "service-classroom",
    "JUPYTERHUB_BASE_URL": "/",
    "JUPYTERHUB_OAUTH_CALLBACK_URL": "/services/classroom/oauth_callback",
    "JUPYTERHUB_OAUTH_ACCESS_SCOPES": '["access:services", "access:services!service=classroom"]',
    "JUPYTERHUB_OAUTH_SCOPES": '["access:services", "access:services!service=classroom"]',
}
DAY_S = 24 * 3600.0
PAGES = Path(__file__).parent / "pages"


class Settings(msgspec.Struct):
    """The service's part of the classroom's `settings.json`; in a cluster, of the service's environment."""

    roster: str
    course: str
    database: str
    cookie_secret: str = ""
    retention_days: int = 365


class Page(Handler):
    """The board for who may watch, one's own page for everybody else."""

    needs = REPORT
    redirects = True

    def get(self) -> None:
        name = "board.html" if self.may(WATCH) else "mine.html"
        teaches = "yes" if self.may(TEACH) else "no"
        text = (PAGES / name).read_text(encoding="utf-8")
        self.finish(
            text.replace("@xsrf@", self.xsrf_token.decode()).replace("@teaches@", teaches).replace("@me@", self.me)
        )


class Health(RequestHandler):
    def get(self) -> None:
        self.finish("ok")


def application(school: School, checking: Checking, prefix: str, cookie_secret: str) -> Application:
    """All pages and calls below `prefix`, such as /services/classroom/. The secret outlives restarts, so logins do too."""
    shared = {"school": school, "checking": checking}
    calls = [*seat_calls.CALLS, *teacher_calls.CALLS, (r"", Page)]
    return Application(
        [
            *((f"{prefix}{path}", handler, shared) for path, handler in calls),
            (f"{prefix}health", Health),
            (f"{prefix}oauth_callback", HubOAuthCallbackHandler),
            (f"{prefix}static/(.*)", StaticFileHandler, {"path": str(PAGES)}),
        ],
        cookie_secret=cookie_secret or os.urandom(32),
        xsrf_cookies=True,
    )


def people_of(roster: str) -> list[dict[str, str]]:
    from sandbox_kernel.roster import read_roster  # the roster's one reader; the hub's other files are not loaded

    return [{"name": one.name, "shown": one.shown, "role": one.role} for one in read_roster(Path(roster)).values()]


async def run(settings: Settings, address: str, prefix: str) -> None:
    """Serves until it is told to stop."""

    def people_now() -> Sequence[dict[str, str]]:
        return people_of(settings.roster)

    school = School(settings.database, Path(settings.course), people_now)
    await school.open()
    checking = Checking(school)
    url = urlsplit(address)
    server = HTTPServer(
        application(school, checking, prefix, settings.cookie_secret), max_body_size=BODY_BYTES, xheaders=True
    )
    server.listen(url.port or 80, url.hostname or "127.0.0.1")
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    tasks = [
        asyncio.create_task(work)
        for work in (checking.run(), _every(HEARTBEAT_S, school, school.store.still_here), _clean(school, settings))
    ]
    try:
        waiting = asyncio.create_task(stopped.wait())
        done, _ = await asyncio.wait({waiting, *tasks}, return_when=asyncio.FIRST_COMPLETED)
        for task in done - {waiting}:
            task.result()  # one of the works failed: its error ends the service, and the hub starts it again
    finally:
        for task in tasks:
            task.cancel()
        server.stop()
        checking.close()
        school.close()


async def _every(seconds: float, school: School, work: Any) -> None:  # Any: a blocking call
    while True:
        await school.run(work)
        await school.refresh_people()
        await school.end_forgotten_looks()
        await asyncio.sleep(seconds)


async def _clean(school: School, settings: Settings) -> None:
    while True:
        await school.run(people.delete_old, school.store, settings.retention_days)
        await asyncio.sleep(DAY_S)


def settings_from_environment() -> Settings:
    path = os.environ.get("SANDBOX_CLASSROOM_SETTINGS")
    if path:
        return msgspec.json.decode(Path(path).read_bytes(), type=Settings)
    roster, course, database = (os.environ[f"SANDBOX_CLASSROOM_{name}"] for name in ("ROSTER", "COURSE", "DATABASE"))
    return Settings(roster, course, database, os.environ.get("SANDBOX_CLASSROOM_COOKIE_SECRET", ""))


def main() -> None:
    """Tied to the watcher where there is one."""
    if os.environ.get("SANDBOX_CLASSROOM_SETTINGS"):
        tie_to_parent()
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(message)s")
    for noisy in ("tornado.access", "tornado.general", "tornado.application"):
        logging.getLogger(noisy).setLevel(logging.ERROR)  # refused calls are answered, not logged
    for name, value in UNMANAGED.items():
        os.environ.setdefault(name, value)
    address = os.environ["JUPYTERHUB_SERVICE_URL"]
    asyncio.run(run(settings_from_environment(), address, os.environ["JUPYTERHUB_SERVICE_PREFIX"]))


if __name__ == "__main__":
    main()
