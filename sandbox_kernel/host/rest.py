"""REST under `/sandbox/api`: the sandboxes of a Jupyter server, behind the server's own identity and authorizer.

Each route is one line of `ROUTES`, from which `openapi` writes the document too: what is answered is what is written.
Reading needs the right to read kernels; a change of code or of a process needs the right to execute in them, as running a
cell does.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

import msgspec
from jupyter_core.utils import ensure_async
from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import APIHandler
from jupyter_server.utils import url_path_join
from tornado import web

from sandbox_kernel import wire
from sandbox_kernel.errors import (
    KernelDied,
    KernelUnresponsive,
    ModuleNotFound,
    SandboxError,
    SandboxNotFound,
    VersionNotFound,
    WireError,
)
from sandbox_kernel.host.served import Served, ServedSandboxes

RESOURCE = "kernels"
STATUS: tuple[tuple[type[Exception], int], ...] = (
    (SandboxNotFound, 404),
    (ModuleNotFound, 404),
    (VersionNotFound, 404),
    (KernelUnresponsive, 504),
    (KernelDied, 504),
    (WireError, 400),
    (msgspec.ValidationError, 400),
    (ValueError, 400),
    (SandboxError, 409),
)
_BY_NAME = {kind.__name__: status for kind, status in STATUS}


class Edit(msgspec.Struct, kw_only=True):
    """A new text for a module."""

    source: str
    note: str = ""


class Check(msgspec.Struct, kw_only=True):
    """A text to look for problems in."""

    source: str


class Rollback(msgspec.Struct, kw_only=True):
    """The version that shall be live again."""

    version: int


class Start(msgspec.Struct, kw_only=True):
    """`module:function`, whose supervisor is to be started."""

    target: str


class Page(msgspec.Struct, kw_only=True):
    """Versions before number `before`, at most `limit`; 0 for the newest."""

    limit: int = 100
    before: int = 0


class Sides(msgspec.Struct, kw_only=True):
    """Two versions; 0 is the saved file."""

    left: int
    right: int


class Number(msgspec.Struct, kw_only=True):
    """A version; 0 is the saved file."""

    version: int = 0


class Since(msgspec.Struct, kw_only=True):
    """What happened after event number `after`."""

    after: int = 0


class Refusal(msgspec.Struct, kw_only=True):
    """Why something was not done, in one sentence; `error` names its kind."""

    message: str
    error: str = ""


@dataclass(frozen=True, slots=True)
class Ask:
    """A question to the sandbox: `make(path, given, author)` is the wire request, `reply` the kind of its answer."""

    make: Callable[[dict[str, str], Any, str], wire.Request]  # Any: the struct of `Route.given`
    reply: type[wire.Message]


@dataclass(frozen=True, slots=True)
class Route:
    """One method of one path. `given` is read from the query for GET and from the body otherwise."""

    method: str
    path: str
    summary: str
    does: Ask | str
    given: type[msgspec.Struct] | None = None

    @property
    def changes(self) -> bool:
        return self.method != "GET" and not self.path.endswith("/check")


S = "/sandboxes/{sandbox}"
M = f"{S}/modules/{{module}}"
ROUTES = (
    Route("GET", "/sandboxes", "The sandboxes of this server.", "all"),
    Route("GET", S, "One sandbox.", "one"),
    Route("DELETE", S, "Shut the sandbox down; its files and versions stay.", "shutdown"),
    Route("POST", f"{S}/restart", "Start its kernel anew; modules come back at their live versions.", "restart"),
    Route("POST", f"{S}/interrupt", "Interrupt the cell that runs.", "interrupt"),
    Route("GET", f"{S}/snapshot", "Modules, workers and trees at once.",
          Ask(lambda path, given, author: wire.GetSnapshot(), wire.Snapshot)),
    Route("GET", f"{S}/workers", "The supervision tree.", Ask(lambda path, given, author: wire.GetTree(), wire.Tree)),
    Route("POST", f"{S}/workers", "Start a tree and remember it for restarts.",
          Ask(lambda path, given, author: wire.StartTree(target=given.target), wire.Tree), Start),
    Route("GET", f"{S}/usage", "Memory and processor.", Ask(lambda path, given, author: wire.GetUsage(), wire.Usage)),
    Route("GET", f"{S}/events", "What happened, oldest first.",
          Ask(lambda path, given, author: wire.GetEvents(after=given.after), wire.Events), Since),
    Route("GET", M, "The text of a version.",
          Ask(lambda path, given, author: wire.GetSource(module=path["module"], number=given.version), wire.Source),
          Number),
    Route("PUT", M, "Check a new text, keep it as a version and hot-reload it, or change nothing.",
          Ask(lambda path, given, author: wire.ApplyModules(
              sources={path["module"]: given.source}, note=given.note, author=author), wire.Applied), Edit),
    Route("POST", f"{M}/check", "Look for problems in a text; nothing is kept or loaded.",
          Ask(lambda path, given, author: wire.CheckModule(module=path["module"], source=given.source), wire.Checked),
          Check),
    Route("GET", f"{M}/versions", "The versions of a module, newest first.",
          Ask(lambda path, given, author: wire.GetHistory(
              module=path["module"], limit=given.limit, before=given.before), wire.History), Page),
    Route("GET", f"{M}/diff", "Two versions side by side.",
          Ask(lambda path, given, author: wire.GetDiff(
              module=path["module"], left=given.left, right=given.right), wire.Diff), Sides),
    Route("POST", f"{M}/rollback", "Make a stored version live again, as a new change.",
          Ask(lambda path, given, author: wire.RollBack(
              module=path["module"], number=given.version), wire.Applied), Rollback),
)  # fmt: skip


class SandboxHandler(APIHandler):
    """All routes of one path. `routes` are by method."""

    auth_resource = RESOURCE

    def initialize(self, routes: dict[str, Route], sandboxes: ServedSandboxes) -> None:
        self._routes, self._sandboxes = routes, sandboxes
        self._kernels: Any = self.kernel_manager  # Any: jupyter_client types no method of it

    @web.authenticated
    async def get(self, **path: str) -> None:
        await self._serve(path)

    @web.authenticated
    async def put(self, **path: str) -> None:
        await self._serve(path)

    @web.authenticated
    async def post(self, **path: str) -> None:
        await self._serve(path)

    @web.authenticated
    async def delete(self, **path: str) -> None:
        await self._serve(path)

    async def _serve(self, path: dict[str, str]) -> None:
        route = self._routes.get(str(self.request.method))
        if route is None:
            raise web.HTTPError(405, "this path knows no such method; see /sandbox/api/openapi.json")
        right = "execute" if route.changes else "read"
        if not await ensure_async(self.authorizer.is_authorized(self, self.current_user, right, RESOURCE)):
            raise web.HTTPError(403, f"you may not {right} in the kernels of this server; ask who runs it")
        await self._answer(route, path)

    async def _answer(self, route: Route, path: dict[str, str]) -> None:
        try:
            given = self._given(route)
            if isinstance(route.does, Ask):
                await self._ask(route.does, path, given)
            else:
                verbs: dict[str, Callable[[dict[str, str]], Coroutine[Any, Any, None]]] = {
                    "all": self._all, "one": self._one, "shutdown": self._shutdown, "restart": self._restart,
                    "interrupt": self._interrupt,
                }  # fmt: skip
                await verbs[route.does](path)
        except tuple(kind for kind, _ in STATUS) as error:
            status = next(status for kind, status in STATUS if isinstance(error, kind))
            self._send(Refusal(message=str(error), error=type(error).__name__), status)

    def _given(self, route: Route) -> Any:  # Any: the struct of `route.given`
        if route.given is None:
            return None
        if route.method != "GET":
            return msgspec.json.decode(self.request.body or b"{}", type=route.given)
        query = {name: self.get_query_argument(name) for name in self.request.query_arguments if name != "token"}
        return msgspec.convert(query, route.given, strict=False)

    async def _ask(self, ask: Ask, path: dict[str, str], given: Any) -> None:  # Any: as above
        request = ask.make(path, given, self._author())
        reply = await self._sandboxes.ask(path["sandbox"], request)
        if isinstance(reply, wire.Failure):
            self._send(Refusal(message=reply.message, error=reply.error), _BY_NAME.get(reply.error, 409))
        else:
            self._send(reply, 409 if isinstance(reply, wire.Applied) and not reply.ok else 200)

    def _author(self) -> str:
        """Who changed the code, as the server knows them; an unnamed local user is left out."""
        user = self.current_user
        return "" if user is None or user.display_name.startswith("Anonymous") else str(user.display_name)

    async def _all(self, path: dict[str, str]) -> None:
        self._send([await self._sandboxes.describe(sandbox) for sandbox in self._sandboxes.ids()], 200)

    async def _one(self, path: dict[str, str]) -> None:
        self._send(await self._sandboxes.describe(path["sandbox"]), 200)

    async def _shutdown(self, path: dict[str, str]) -> None:
        await self._sandboxes.describe(path["sandbox"])  # no kernel of another kind is touched
        await self._kernels.shutdown_kernel(path["sandbox"])
        self.set_status(204)
        await self.finish()

    async def _restart(self, path: dict[str, str]) -> None:
        await self._sandboxes.describe(path["sandbox"])
        await self._kernels.restart_kernel(path["sandbox"])
        self._send(await self._sandboxes.describe(path["sandbox"]), 200)

    async def _interrupt(self, path: dict[str, str]) -> None:
        found: Served = await self._sandboxes.describe(path["sandbox"])
        await self._kernels.interrupt_kernel(path["sandbox"])
        self._send(found, 200)

    def _send(self, what: object, status: int) -> None:
        self.set_status(status)
        self.set_header("Content-Type", "application/json")
        self.write(msgspec.json.encode(what))


class OpenApiHandler(APIHandler):
    """The document itself."""

    auth_resource = RESOURCE

    def initialize(self, document: bytes) -> None:
        self._document = document

    @web.authenticated
    @authorized
    async def get(self) -> None:
        self.set_header("Content-Type", "application/json")
        self.write(self._document)


def handlers(base_url: str, sandboxes: ServedSandboxes, document: bytes) -> list[tuple[str, type[APIHandler], Any]]:
    """For tornado: path, class, and what its `initialize` gets (Any: keyword arguments)."""
    paths: dict[str, dict[str, Route]] = {}
    for route in ROUTES:
        paths.setdefault(route.path, {})[route.method] = route
    found: list[tuple[str, type[APIHandler], Any]] = [
        (_pattern(base_url, path), SandboxHandler, {"routes": routes, "sandboxes": sandboxes})
        for path, routes in paths.items()
    ]
    return [*found, (_pattern(base_url, "/openapi.json"), OpenApiHandler, {"document": document})]


def _pattern(base_url: str, path: str) -> str:
    text = path.replace("{sandbox}", r"(?P<sandbox>[\w-]+)").replace("{module}", r"(?P<module>[^\W\d]\w*)")
    return url_path_join(base_url, "sandbox/api", text) + "/?"
