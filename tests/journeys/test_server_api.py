"""The REST interface and the events of a running Jupyter server, held against the document that is shipped."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from tornado.httpclient import HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

from sandbox_kernel.host import openapi
from tests.journeys.jupyter_server import TOKEN, Server

pytestmark = pytest.mark.kernel

S = "/sandboxes/{sandbox}"
M = f"{S}/modules/{{module}}"
TILL = '''"""A till."""
from sandbox_kernel import ChildSpec, Reply, Supervisor, Worker


class Till(Worker):
    def init(self):
        return {"total": 0}

    def handle_cast(self, message, state):
        raise ValueError("a till takes no messages")


def tree():
    return Supervisor([ChildSpec("till", Till, name="till")], name="shop")
'''


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("server"))
    yield server
    server.close()


@pytest.fixture
def sandbox(server: Server) -> Iterator[str]:
    sandbox = server.start()
    yield sandbox
    server.http.delete(f"/api/kernels/{sandbox}")


def put(server: Server, sandbox: str, source: str, *, expect: int = 200, module: str = "till") -> Any:  # Any: JSON
    path = f"/sandboxes/{sandbox}/modules/{module}"
    return server.call("PUT", path, template=M, expect=expect, json={"source": source, "note": "by REST"})


def test_the_document_that_is_shipped_is_what_the_routes_are() -> None:
    assert openapi.text() == openapi.TARGET.read_text(), "run: python -m sandbox_kernel.host.openapi"


def test_the_document_is_served(server: Server) -> None:
    assert openapi.document() == server.http.get("/sandbox/api/openapi.json").raise_for_status().json()


def test_sandboxes_are_listed_and_other_kernels_are_not(server: Server, sandbox: str) -> None:
    other = server.start("python3")
    assert [sandbox] == [found["id"] for found in server.call("GET", "/sandboxes", template="/sandboxes")]
    server.call("GET", f"/sandboxes/{other}", template=S, expect=404)
    server.call("DELETE", f"/sandboxes/{other}", template=S, expect=404)
    server.http.delete(f"/api/kernels/{other}").raise_for_status()


def test_a_module_is_edited_looked_at_and_rolled_back(server: Server, sandbox: str) -> None:
    root = f"/sandboxes/{sandbox}"
    assert {"till": 1} == put(server, sandbox, "PRICE = 1\n")["versions"]
    assert {"till": 2} == put(server, sandbox, "PRICE = 2\n")["versions"]
    source = server.call("GET", f"{root}/modules/till", template=M, params={"version": 1})
    assert "PRICE = 1\n" == source["text"]
    history = server.call("GET", f"{root}/modules/till/versions", template=f"{M}/versions")
    assert [(2, "live", "by REST"), (1, "accepted", "by REST")] == [
        (version["number"], version["outcome"], version["message"]) for version in history["versions"]
    ]
    diff = server.call("GET", f"{root}/modules/till/diff", template=f"{M}/diff", params={"left": 1, "right": 2})
    assert "+PRICE = 2" in diff["unified"]
    back = server.call("POST", f"{root}/modules/till/rollback", template=f"{M}/rollback", json={"version": 1})
    assert {"till": 1} == back["versions"]
    snapshot = server.call("GET", f"{root}/snapshot", template=f"{S}/snapshot")
    assert [("till", 1)] == [(module["name"], module["live"]) for module in snapshot["modules"]]


def test_a_refused_edit_is_a_conflict_that_says_why(server: Server, sandbox: str) -> None:
    put(server, sandbox, "PRICE = 1\n")
    refused = put(server, sandbox, "PRICE = 1 / 0\n", expect=409)
    assert (False, {"till": 1}) == (refused["ok"], refused["versions"])
    assert "ZeroDivisionError" in json.dumps(refused)


def test_a_check_changes_nothing(server: Server, sandbox: str) -> None:
    path = f"/sandboxes/{sandbox}/modules/till/check"
    checked = server.call("POST", path, template=f"{M}/check", json={"source": "def broken(:\n"})
    assert (False, 1) == (checked["ok"], checked["problems"][0]["line"])
    server.call("GET", f"/sandboxes/{sandbox}/modules/till/versions", template=f"{M}/versions", expect=404)


@pytest.mark.parametrize(
    ("method", "path", "template", "status", "given"),
    [
        ("GET", "/sandboxes/nobody", S, 404, {}),
        ("GET", "/sandboxes/{id}/modules/nothing", M, 404, {}),
        ("PUT", "/sandboxes/{id}/modules/till", M, 400, {"json": {"text": "x = 1"}}),
        ("PUT", "/sandboxes/{id}/modules/till", M, 400, {"content": b"{"}),
        ("PUT", "/sandboxes/{id}/modules/class", M, 400, {"json": {"source": "x = 1"}}),
        ("GET", "/sandboxes/{id}/modules/till/diff", f"{M}/diff", 400, {"params": {"left": "one", "right": 2}}),
        ("POST", "/sandboxes/{id}/modules/till/rollback", f"{M}/rollback", 404, {"json": {"version": 7}}),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_said_in_a_sentence(
    server: Server, sandbox: str, method: str, path: str, template: str, status: int, given: dict[str, Any]
) -> None:
    told = server.call(method, path.format(id=sandbox), template=template, expect=status, **given)
    assert told["error"]
    assert told["message"]


def test_a_tree_is_started_and_seen(server: Server, sandbox: str) -> None:
    put(server, sandbox, TILL)
    path = f"/sandboxes/{sandbox}/workers"
    server.call("POST", path, template=f"{S}/workers", json={"target": "till:tree"})
    (shop,) = server.call("GET", path, template=f"{S}/workers")["roots"]
    assert ("shop", ["till"]) == (shop["name"], [child["name"] for child in shop["children"]])
    usage = server.call("GET", f"/sandboxes/{sandbox}/usage", template=f"{S}/usage")
    assert usage["memory_bytes"] > 0
    events = server.call("GET", f"/sandboxes/{sandbox}/events", template=f"{S}/events")
    assert "Reloaded" in [event["type"] for event in events["events"]]


def test_a_restart_brings_the_modules_back(server: Server, sandbox: str) -> None:
    put(server, sandbox, "PRICE = 1\n")
    server.call("POST", f"/sandboxes/{sandbox}/restart", template=f"{S}/restart")
    snapshot = server.call("GET", f"/sandboxes/{sandbox}/snapshot", template=f"{S}/snapshot")
    assert [("till", 1)] == [(module["name"], module["live"]) for module in snapshot["modules"]]
    server.call("POST", f"/sandboxes/{sandbox}/interrupt", template=f"{S}/interrupt")
    server.call("DELETE", f"/sandboxes/{sandbox}", template=S, expect=204)
    assert [] == server.call("GET", "/sandboxes", template="/sandboxes")


def test_without_the_servers_own_token_nothing_is_answered(server: Server, sandbox: str) -> None:
    for path in ("/sandboxes", f"/sandboxes/{sandbox}", "/openapi.json"):
        assert 403 == httpx.get(f"{server.url}/sandbox/api{path}").status_code
    put = httpx.put(f"{server.url}/sandbox/api/sandboxes/{sandbox}/modules/till", json={"source": "x = 1"})
    assert 403 == put.status_code


async def heard(socket: WebSocketClientConnection, kind: str) -> dict[str, Any]:  # Any: JSON
    async with asyncio.timeout(30):
        while True:
            event: dict[str, Any] = json.loads(await socket.read_message() or "{}")
            if event.get("kind") == kind:
                return event


async def test_the_event_bus_tells_of_edits_crashes_and_starts(server: Server) -> None:
    url = f"{server.url.replace('http', 'ws')}/api/events/subscribe"
    socket = await websocket_connect(HTTPRequest(url, headers={"Authorization": f"token {TOKEN}"}))
    sandbox = await asyncio.to_thread(server.start)
    assert sandbox == (await heard(socket, "Started"))["sandbox"]
    await asyncio.to_thread(put, server, sandbox, TILL)
    assert "till v1 is live" in (await heard(socket, "Reloaded"))["sentence"]
    path = f"/sandboxes/{sandbox}/workers"
    start = lambda: server.call("POST", path, template=f"{S}/workers", json={"target": "till:tree"})  # noqa: E731
    await asyncio.to_thread(start)
    await asyncio.to_thread(put, server, sandbox, "from sandbox_kernel import cast\ncast('till', 1)\n", module="kick")
    crashed = await heard(socket, "WorkerCrashed")
    assert (sandbox, "till") == (crashed["sandbox"], crashed["details"]["worker"])
    assert "a till takes no messages" in crashed["sentence"]
    await asyncio.to_thread(server.http.delete, f"/api/kernels/{sandbox}")
    assert sandbox == (await heard(socket, "Ended"))["sandbox"]
    socket.close()


LITTERER = """from pathlib import Path
from sandbox_kernel import ChildSpec, Supervisor, Worker


class Litterer(Worker):
    def init(self):
        for number in range(1000):
            Path(__file__).with_name(f"litter-{number}").touch()
        return {}


def tree():
    return Supervisor([ChildSpec("litterer", Litterer, name="litterer")], name="street")
"""


@pytest.fixture
def narrow(tmp_path: Path) -> Iterator[Server]:
    """A server whose sandboxes may have few files."""
    server = Server(tmp_path, settings={"SANDBOX_KERNEL_LIMITS": json.dumps({"files": 100})})
    yield server
    server.close()


async def test_the_event_bus_tells_of_a_limit(narrow: Server) -> None:
    url = f"{narrow.url.replace('http', 'ws')}/api/events/subscribe"
    socket = await websocket_connect(HTTPRequest(url, headers={"Authorization": f"token {TOKEN}"}))
    sandbox = await asyncio.to_thread(narrow.start)
    await asyncio.to_thread(put, narrow, sandbox, LITTERER, module="litterer")
    path = f"/sandbox/api/sandboxes/{sandbox}/workers"
    await asyncio.to_thread(narrow.http.post, path, json={"target": "litterer:tree"})
    assert "it used more than" in (await heard(socket, "LimitExceeded"))["sentence"]
    socket.close()
