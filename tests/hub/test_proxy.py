from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import pytest

from sandbox_kernel.hub.proxy import Api, Head, Proxy, Routes


class Behind:
    """A server behind the proxy: keeps what it got, answers with its name, then copies what comes."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.heads: list[bytes] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.heads.append(await reader.readuntil(b"\r\n\r\n"))
        body = self.name.encode()
        if b"Upgrade: websocket" in self.heads[-1]:
            writer.write(b"HTTP/1.1 101 -\r\nSec-WebSocket-Protocol: v1\r\n\r\n")
            while data := await reader.read(100):
                writer.write(data.upper())
        else:
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))
        await writer.drain()
        writer.close()
        await writer.wait_closed()


async def listen(serve: object) -> tuple[asyncio.Server, str]:
    server = await asyncio.start_server(serve, "127.0.0.1", 0)  # type: ignore[arg-type]  # any of the serve methods
    return server, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


class Setting:
    def __init__(self) -> None:
        self.routes = Routes()
        self.hub, self.ada = Behind("hub"), Behind("ada")
        self.servers: list[asyncio.Server] = []
        self.url = ""

    async def open(self) -> None:
        for behind, path in ((self.hub, "/"), (self.ada, "/user/ada")):
            server, url = await listen(behind.serve)
            self.servers.append(server)
            self.routes.add(path, {"target": url})
        server, self.url = await listen(Proxy(self.routes, self.routes.by_path["/"].target + "/hub/error").serve)
        self.servers.append(server)

    async def ask(self, request: bytes) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", int(self.url.rpartition(":")[2]))
        writer.write(request)
        answer = await reader.read()
        writer.close()
        await writer.wait_closed()
        return answer


@pytest.fixture
async def setting() -> AsyncIterator[Setting]:
    made = Setting()
    await made.open()
    yield made
    for server in made.servers:
        server.close()
        await server.wait_closed()
    rest = asyncio.all_tasks() - {asyncio.current_task()}
    await asyncio.gather(*rest, return_exceptions=True)


async def test_a_path_leads_to_the_longest_route_by_whole_segments(setting: Setting) -> None:
    assert (await setting.ask(b"GET /user/ada/lab?x=1 HTTP/1.1\r\nHost: h\r\n\r\n")).endswith(b"ada")
    assert (await setting.ask(b"GET /user/adam HTTP/1.1\r\nHost: h\r\n\r\n")).endswith(b"hub")


async def test_who_asks_is_told_by_the_proxy_and_not_by_the_browser(setting: Setting) -> None:
    await setting.ask(
        b"GET /user/ada HTTP/1.1\r\nHost: h:80\r\nX-Forwarded-For: 6.6.6.6\r\nX-Forwarded-Proto: https\r\n\r\n"
    )
    head = setting.ada.heads[0]
    assert b"X-Forwarded-For: 127.0.0.1" in head
    assert b"6.6.6.6" not in head
    assert b"X-Forwarded-Proto: http\r\n" in head


async def test_a_websocket_passes_both_ways_with_its_subprotocol(setting: Setting) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", int(setting.url.rpartition(":")[2]))
    writer.write(b"GET /user/ada/ws HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n")
    assert b"Sec-WebSocket-Protocol: v1" in await reader.readuntil(b"\r\n\r\n")
    writer.write(b"hello")
    assert b"HELLO" == await reader.readexactly(5)
    writer.close()
    await writer.wait_closed()


async def test_a_server_that_is_away_gets_the_hubs_page_about_it(setting: Setting) -> None:
    setting.routes.add("/user/gone", {"target": "http://127.0.0.1:1"})
    answer = await setting.ask(b"GET /user/gone/x HTTP/1.1\r\nHost: h\r\n\r\n")
    assert (b"HTTP/1.1 503", b"hub") == (answer[:12], answer[-3:])
    assert b"GET /hub/error/503?url=%2Fuser%2Fgone%2Fx" in setting.hub.heads[-1]


async def test_what_two_parsers_could_read_differently_is_refused(setting: Setting) -> None:
    for request in (
        b"GET http://elsewhere/ HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nA: b\r\n folded\r\n\r\n",
        b"GET / HTTP/9\r\n\r\n",
    ):
        assert (await setting.ask(request)).startswith(b"HTTP/1.1 400")
    assert [] == setting.hub.heads


async def test_routes_are_the_hubs_alone() -> None:
    routes = Routes()
    server, url = await listen(Api(routes, "secret").serve)
    port = int(url.rpartition(":")[2])

    async def ask(request: bytes) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(request)
        answer = await reader.read()
        writer.close()
        await writer.wait_closed()
        return answer

    body = json.dumps({"target": "http://127.0.0.1:5"}).encode()
    post = b"POST /api/routes/user/eve HTTP/1.1\r\nAuthorization: token %b\r\nContent-Length: %d\r\n\r\n%b"
    assert b" 403 " in await ask(post % (b"guessed", len(body), body))
    assert {} == routes.by_path
    assert b" 201 " in await ask(post % (b"secret", len(body), body))
    assert b"/user/eve" in await ask(b"GET /api/routes HTTP/1.1\r\nAuthorization: token secret\r\n\r\n")
    assert b" 204 " in await ask(b"DELETE /api/routes/user/eve HTTP/1.1\r\nAuthorization: token secret\r\n\r\n")
    assert {} == routes.by_path
    server.close()
    await server.wait_closed()


def test_a_head_without_lines_is_a_head() -> None:
    assert Head("GET", "/", ()) == Head.parse(b"GET / HTTP/1.1\r\n\r\n")
