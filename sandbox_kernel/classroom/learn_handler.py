"""`/sandbox/learn` on a Jupyter server: the start page of the course that lies in its root directory.

Behind the server's own identity and authorizer, as every page of it; `load` is called by the server's extension.
"""

from __future__ import annotations

import asyncio
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.utils import url_path_join
from tornado import web

from sandbox_kernel.classroom.learn_page import learn_page, no_course_page
from sandbox_kernel.classroom.lessons import LessonError
from sandbox_kernel.classroom.overview import find_course, overview

ROUTE = "/sandbox/learn"
_NOTHING = "The directory that this server shows has no course.toml. Start the course with: jupyter sandbox learn"


class LearnHandler(JupyterHandler):
    """One page, made anew each time it is asked for."""

    auth_resource = "contents"

    @web.authenticated
    @authorized
    async def get(self) -> None:
        root = Path(getattr(self.contents_manager, "root_dir", "") or ".").expanduser().absolute()
        self.set_header("Cache-Control", "no-store")
        await self.finish(await asyncio.to_thread(page, root, self.base_url))


def page(root: Path, base_url: str) -> str:
    """Never raises for what lies in `root`: it is said on the page."""
    try:
        course = find_course(root)
        if course is None:
            return no_course_page(_NOTHING)
        below = course.directory.relative_to(root).as_posix()
        tree = "lab/tree" if find_spec("jupyterlab") else "notebooks"
        base = url_path_join(base_url, tree, "" if below == "." else below) + "/"
        return learn_page(overview(course), base=base.replace("//", "/"))
    except LessonError as error:
        return no_course_page(f"The course in this directory cannot be read: {error}")


def load(app: Any) -> None:  # Any: jupyter_server's ServerApp, whose traits carry no types
    base = app.web_app.settings["base_url"]
    app.web_app.add_handlers(".*$", [(url_path_join(base, ROUTE), LearnHandler)])
