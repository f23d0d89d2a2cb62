"""The server extension of a learner's server: starts the seat's loops, and answers the learner's own windows.

Named by `seat.server`, never enabled by installation: a plain JupyterLab has none of it.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import msgspec
from jupyter_server.base.handlers import APIHandler
from tornado.web import HTTPError, authenticated

from sandbox_kernel.seat.kernels import Kernels
from sandbox_kernel.seat.seat import Seat
from sandbox_kernel.seat.service import Service
from sandbox_kernel.seat.windows import Told
from sandbox_kernel.wire_class import Decided

URL, PRIVATE = "SANDBOX_CLASSROOM_URL", "SANDBOX_CLASSROOM_PRIVATE"
KERNELS_SEE = {"SANDBOX_CLASSROOM": "1"}


class WindowHandler(APIHandler):
    """The one long call of each open window of the learner."""

    def initialize(self, seat: Seat) -> None:
        self.seat = seat

    @authenticated
    async def post(self) -> None:
        try:
            told = msgspec.json.decode(self.request.body, type=Told)
        except msgspec.DecodeError as error:
            raise HTTPError(400, str(error)) from None
        self.finish(msgspec.json.encode(await self.seat.windows.answer(told)))


class DecisionHandler(APIHandler):
    """The learner takes or leaves a suggestion."""

    def initialize(self, seat: Seat) -> None:
        self.seat = seat

    @authenticated
    async def post(self) -> None:
        try:
            decided = msgspec.json.decode(self.request.body, type=Decided)
        except msgspec.DecodeError as error:
            raise HTTPError(400, str(error)) from None
        self.seat.tell(decided)
        self.finish({"ok": True})


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": __name__}]


def _load_jupyter_server_extension(serverapp: Any) -> None:  # Any: jupyter_server carries no types
    """Called by the server. Without a classroom's address it does nothing."""
    url = os.environ.get(URL)
    if not url:
        return
    files = Path(serverapp.root_dir)
    private = Path(os.environ[PRIVATE])
    private.mkdir(parents=True, exist_ok=True, mode=0o700)
    _tell_kernels(private)

    async def start() -> None:
        seat = Seat(files, private, Service(url, os.environ["JUPYTERHUB_API_TOKEN"]), Kernels(serverapp))
        base = serverapp.web_app.settings["base_url"].rstrip("/") + "/sandbox-classroom"
        handlers = [
            (f"{base}/window", WindowHandler, {"seat": seat}),
            (f"{base}/decision", DecisionHandler, {"seat": seat}),
        ]
        serverapp.web_app.add_handlers(".*$", handlers)
        serverapp.web_app.settings["sandbox_classroom"] = seat
        seat.start()

    serverapp.io_loop.add_callback(start)


async def _stop_jupyter_server_extension(serverapp: Any) -> None:  # Any: as above
    """Called by the server when it stops, before its kernels do."""
    seat = serverapp.web_app.settings.pop("sandbox_classroom", None)
    if seat is not None:
        await seat.close()


def _tell_kernels(private: Path) -> None:
    """Sandboxes read the course and know that they are in a classroom; of tokens and addresses they get none."""
    course = private / "course"
    course.mkdir(exist_ok=True)
    os.environ.update(KERNELS_SEE, SANDBOX_KERNEL_COURSE=str(course), SANDBOX_KERNEL_READABLE=str(course))
    os.environ["SANDBOX_KERNEL_ENV"] = " ".join([*KERNELS_SEE, "SANDBOX_KERNEL_COURSE"])
