"""The hub's proxy in Python, so that nobody needs npm: `python -m sandbox_kernel.hub.proxy --ip --port --api-ip ...`

It takes the options and the REST calls of configurable-http-proxy, so JupyterHub starts and drives it as it does that
one. It reads the head of a request, chooses the server by the path, and from then on copies bytes both ways: nothing is
buffered, so downloads, long polls and websockets with their subprotocols pass as they are.

Weighed: (a) the npm proxy through Node from a wheel: it still has to be fetched by npm; (b) its Python port: it holds
each answer whole in memory, asks ten things at a time, and drops websocket subprotocols; (c) a full HTTP proxy on
aiohttp, which parses all that passes; (d) one request per connection and then a plain pipe, whose price is a new local
connection per request: (d). Who may see what is decided by the servers behind it, never here.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import hmac
import json
import os
import re
import ssl
import sys
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final
from urllib.parse import quote, unquote, urlsplit

from sandbox_kernel.isolation.keeper import tie_to_parent

HEAD_BYTES: Final = 64 * 1024
HEAD_S: Final = 30.0
CONNECT_S: Final = 10.0
CHUNK: Final = 128 * 1024
_REQUEST = re.compile(rb"([A-Z]{3,10}) (/[^ \r\n]*) HTTP/1\.[01]\r\n")
_OURS = re.compile(
    rb"(connection|keep-alive|proxy-connection|x-forwarded-[a-z]+|x-real-ip|forwarded)[ \t]*:", re.IGNORECASE
)


@dataclass(slots=True)
class Route:
    target: str
    data: dict[str, object]
    last_activity: float = field(default_factory=time.time)


class Routes:
    """Where a path leads: to the route with the longest prefix, whole path segments compared."""

    def __init__(self) -> None:
        self.by_path: dict[str, Route] = {}

    def find(self, path: str) -> Route | None:
        parts = [part for part in unquote(path.partition("?")[0]).split("/") if part]
        for length in range(len(parts), -1, -1):
            found = self.by_path.get("/" + "/".join(parts[:length]))
            if found is not None:
                return found
        return None

    def add(self, path: str, data: dict[str, object]) -> None:
        self.by_path[_normal(path)] = Route(str(data["target"]), data)

    def remove(self, path: str) -> bool:
        return self.by_path.pop(_normal(path), None) is not None

    def to_json(self) -> dict[str, object]:
        return {
            path: {**route.data, "last_activity": datetime.fromtimestamp(route.last_activity, UTC).isoformat()}
            for path, route in self.by_path.items()
        }


def _normal(path: str) -> str:
    return "/" + "/".join(part for part in unquote(path).split("/") if part)


@dataclass(frozen=True, slots=True)
class Head:
    """The first lines of a request."""

    method: str
    target: str
    lines: tuple[bytes, ...]

    @staticmethod
    def parse(data: bytes) -> Head | None:
        match = _REQUEST.match(data)
        if match is None:
            return None
        lines = data[match.end() :].rstrip(b"\r\n").split(b"\r\n")
        if any(line[:1] in b" \t" or b"\n" in line or b"\r" in line for line in lines if line):
            return None  # folded or split lines: what two parsers could read differently
        return Head(match[1].decode(), match[2].decode("latin-1"), tuple(filter(None, lines)))

    def header(self, name: str) -> str:
        wanted = name.lower().encode() + b":"
        found = [line.partition(b":")[2].strip() for line in self.lines if line.lower().startswith(wanted)]
        return found[0].decode("latin-1") if found else ""

    def forwarded(self, peer: str, scheme: str) -> bytes:
        """The head for the server behind: one request per connection, and who really asked."""
        upgrade = self.header("upgrade").lower() == "websocket"
        kept = [line for line in self.lines if not _OURS.match(line)]
        host = self.header("host")
        port = host.rpartition(":")[2] if host.rpartition(":")[2].isdigit() else ("443" if scheme == "https" else "80")
        added = {
            "Connection": "Upgrade" if upgrade else "close",
            "X-Forwarded-For": peer,
            "X-Forwarded-Proto": scheme,
            "X-Forwarded-Host": host,
            "X-Forwarded-Port": port,
        }
        lines = [f"{self.method} {self.target} HTTP/1.1".encode("latin-1"), *kept]
        lines += [f"{name}: {value}".encode("latin-1") for name, value in added.items()]
        return b"\r\n".join(lines) + b"\r\n\r\n"


class Proxy:
    def __init__(self, routes: Routes, error_target: str, scheme: str = "http") -> None:
        self._routes, self._error_target, self._scheme = routes, error_target, scheme

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection of a browser: one request, or one websocket for as long as it lasts."""
        try:
            async with asyncio.timeout(HEAD_S):
                data = await reader.readuntil(b"\r\n\r\n")
            head = Head.parse(data)
            if head is None:
                writer.write(_answer(400, "this is no request that can be passed on"))
            else:
                await self._pass_on(head, reader, writer)
        except asyncio.LimitOverrunError:
            writer.write(_answer(431, "the head of this request is too long"))
        except (OSError, asyncio.IncompleteReadError, TimeoutError, ssl.SSLError):
            pass  # whoever asked is gone
        finally:
            await _close(writer)

    async def _pass_on(self, head: Head, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if head.target == "/_chp_healthz":
            writer.write(_answer(200, '{"status": "OK"}', kind="application/json"))
            return
        route = self._routes.find(head.target)
        peer = str((writer.get_extra_info("peername") or ("",))[0])
        server = await _connect(route.target) if route else None
        if route is None or server is None:
            await self._explain(404 if route is None else 503, head, writer)
            return
        server[1].write(head.forwarded(peer, self._scheme))
        await _join((reader, writer), server, route)

    async def _explain(self, code: int, head: Head, writer: asyncio.StreamWriter) -> None:
        """The hub's own page about an error, under the error's status; a plain sentence while the hub is away."""
        server = await _connect(self._error_target) if head.method == "GET" and self._error_target else None
        if server is None:
            writer.write(_answer(code, "this page is not there at the moment; reload it in a few seconds"))
            return
        path = f"{urlsplit(self._error_target).path.rstrip('/')}/{code}?url={quote(head.target, safe='')}"
        request = f"GET {path} HTTP/1.1\r\nHost: {head.header('host')}\r\nConnection: close\r\n\r\n"
        server[1].write(request.encode("latin-1"))
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            await server[0].readuntil(b"\r\n")  # the hub gives this page with status 200
            writer.write(f"HTTP/1.1 {code} -\r\n".encode())
            await _copy(server[0], writer, None)
        await _close(server[1])


Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def _connect(target: str) -> Stream | None:
    address = urlsplit(target)
    with contextlib.suppress(OSError, TimeoutError):
        async with asyncio.timeout(CONNECT_S):
            return await asyncio.open_connection(address.hostname, address.port or 80, limit=CHUNK)
    return None


async def _join(client: Stream, server: Stream, route: Route) -> None:
    """Copies both ways until the server is done; a browser that goes away ends both."""
    up = asyncio.create_task(_copy(client[0], server[1], route))
    down = asyncio.create_task(_copy(server[0], client[1], route))
    try:
        await asyncio.wait({up, down}, return_when=asyncio.FIRST_COMPLETED)
        if up.done() and not down.done() and not client[0].at_eof():
            await down
    finally:
        for task in (up, down):
            task.cancel()
        await asyncio.gather(up, down, return_exceptions=True)
        await _close(server[1])


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, route: Route | None) -> None:
    with contextlib.suppress(OSError, ssl.SSLError):
        while data := await reader.read(CHUNK):
            writer.write(data)
            await writer.drain()
            if route is not None:
                route.last_activity = time.time()


async def _close(writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError, ssl.SSLError, TimeoutError):
        async with asyncio.timeout(5):
            await writer.drain()
            writer.close()
            await writer.wait_closed()


def _answer(code: int, text: str, *, kind: str = "text/plain; charset=utf-8") -> bytes:
    body = text.encode()
    head = f"HTTP/1.1 {code} -\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    return head.encode() + body


class Api:
    """The hub's side: `/api/routes`, with the hub's token."""

    def __init__(self, routes: Routes, token: str) -> None:
        self._routes, self._token = routes, f"token {token}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(HEAD_S):
                head = Head.parse(await reader.readuntil(b"\r\n\r\n"))
                body = await reader.readexactly(int(head.header("content-length") or 0)) if head else b""
            writer.write(_answer(400, "no request") if head is None else self._reply(head, body))
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, TimeoutError, ValueError):
            pass
        finally:
            await _close(writer)

    def _reply(self, head: Head, body: bytes) -> bytes:
        if not hmac.compare_digest(head.header("authorization").encode(), self._token.encode()):
            return _answer(403, "this needs the hub's token")
        target = head.target.partition("?")[0]
        if not target.startswith("/api/routes"):
            return _answer(404, "only /api/routes is here")
        path = target.removeprefix("/api/routes")
        if head.method == "GET":
            return _answer(200, json.dumps(self._routes.to_json()), kind="application/json")
        if head.method == "DELETE":
            return _answer(204 if self._routes.remove(path) else 404, "")
        data = json.loads(body)
        if head.method != "POST" or not isinstance(data.get("target"), str):
            return _answer(400, "a route needs a target")
        self._routes.add(path, data)
        return _answer(201, "")


def _arguments(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    for name, default in (("ip", ""), ("api-ip", "127.0.0.1"), ("error-target", ""), ("log-level", "info")):
        parser.add_argument(f"--{name}", default=default)
    for name in ("port", "api-port"):
        parser.add_argument(f"--{name}", type=int, required=True)
    parser.add_argument("--ssl-key")
    parser.add_argument("--ssl-cert")
    return parser.parse_args(argv)


async def run(asked: argparse.Namespace, token: str) -> None:
    context = None
    if asked.ssl_cert:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(asked.ssl_cert, asked.ssl_key)
    routes = Routes()
    proxy = Proxy(routes, asked.error_target, "https" if context else "http")
    outside = await asyncio.start_server(
        proxy.serve, asked.ip or None, asked.port, limit=HEAD_BYTES, ssl=context, backlog=1024
    )
    inside = await asyncio.start_server(Api(routes, token).serve, asked.api_ip, asked.api_port, limit=HEAD_BYTES)
    async with outside, inside:
        await asyncio.gather(outside.serve_forever(), inside.serve_forever())


def main() -> int:
    tie_to_parent()
    asked = _arguments(sys.argv[1:])
    token = os.environ.pop("CONFIGPROXY_AUTH_TOKEN", "")
    if not token:
        sys.stderr.write("the proxy needs CONFIGPROXY_AUTH_TOKEN in its environment\n")
        return 2
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(run(asked, token))
    return 0


if __name__ == "__main__":
    sys.exit(main())
