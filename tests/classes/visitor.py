"""Somebody in the class, over real HTTP and websockets: comes in by the login form, gets a server, runs cells."""

from __future__ import annotations

import asyncio
import json
import re
import uuid
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import aiohttp

T = TypeVar("T")
XSRF = re.compile(r'name="_xsrf" value="([^"]+)"')


class Visitor:
    """One browser's worth of cookies. Close it."""

    def __init__(self, address: str, name: str) -> None:
        self.address, self.name = address.rstrip("/"), name
        self.http = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))

    async def __aenter__(self) -> Visitor:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.http.close()

    async def come_in(self, password: str, *, code: str = "") -> int:
        """The status of the login; 200 for the form again, with its own words. A code makes it the first time."""
        async with self.http.get(f"{self.address}/hub/login") as page:
            text = await page.text()
            token = XSRF.search(text)
            assert token is not None, f"{page.status} {page.url}: {text}"
        form = {"username": self.name, "password": code or password, "_xsrf": token[1]}
        form |= {"new_password": password} if code else {}
        async with self.http.post(f"{self.address}/hub/login", data=form, allow_redirects=False) as done:
            return done.status

    async def server(self, timeout_s: float = 120) -> str:
        """Starts this person's server as a browser would, and logs in there; its address."""
        home = f"{self.address}/user/{self.name}/"
        async with asyncio.timeout(timeout_s):
            async with self.http.get(f"{self.address}/hub/spawn") as page:
                assert page.status == 200, await page.text()
            while True:
                async with self.http.get(f"{home}api/status") as status:
                    if status.status in (200, 403):
                        break
                await asyncio.sleep(0.2)  # the page of a browser waits like this too
            async with self.http.get(f"{home}lab") as page:
                assert page.status == 200, await page.text()
        return home

    def xsrf(self, url: str) -> dict[str, str]:
        cookies = self.http.cookie_jar.filter_cookies(aiohttp.client.URL(url))
        return {"X-XSRFToken": cookies["_xsrf"].value} if "_xsrf" in cookies else {}

    async def call(self, method: str, path: str, body: object = None, *, expect: int | None = 200) -> Any:  # Any: JSON
        """A call of one's own server or of the service, such as `user/ada/api/contents`."""
        url = f"{self.address}/{path}"
        async with self.http.request(method, url, json=body, headers=self.xsrf(url)) as reply:
            text = await reply.text()
            assert expect is None or reply.status // 100 == expect // 100, (
                f"{method} {path}: {reply.status} {text[:500]}"
            )
            return json.loads(text) if text and "json" in reply.headers.get("Content-Type", "") else text

    async def status_of(self, method: str, path: str, body: object = None) -> int:
        url = f"{self.address}/{path}"
        async with self.http.request(method, url, json=body, headers=self.xsrf(url), allow_redirects=False) as reply:
            return reply.status

    async def board(self) -> str:
        """Logs in at the service; the page's text."""
        async with self.http.get(f"{self.address}/services/classroom/") as page:
            assert page.status == 200, await page.text()
            return await page.text()

    async def kernel(self, notebook: str = "scratch.ipynb") -> Kernel:
        session = await self.call(
            "POST", f"user/{self.name}/api/sessions",
            {"name": notebook, "path": notebook, "type": "notebook", "kernel": {"name": "sandbox"}}, expect=201,
        )  # fmt: skip
        kernel_id = session["kernel"]["id"]
        url = f"{self.address}/user/{self.name}/api/kernels/{kernel_id}/channels"
        socket = await self.http.ws_connect(url.replace("http", "ws", 1), max_msg_size=0)
        return Kernel(kernel_id, socket)


class Kernel:
    def __init__(self, kernel_id: str, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.id, self._socket, self._session = kernel_id, socket, uuid.uuid4().hex

    async def run(self, code: str, timeout_s: float = 60) -> str:
        """What the cell printed, showed and raised, as text."""
        number = uuid.uuid4().hex
        header = {
            "msg_id": number,
            "msg_type": "execute_request",
            "session": self._session,
            "username": "",
            "version": "5.3",
        }
        content = {"code": code, "silent": False, "store_history": True, "allow_stdin": False, "stop_on_error": True}
        message = {
            "header": header,
            "parent_header": {},
            "metadata": {},
            "content": content,
            "channel": "shell",
            "buffers": [],
        }
        await self._socket.send_str(json.dumps(message))
        said: list[str] = []
        async with asyncio.timeout(timeout_s):
            while True:
                reply = json.loads(await self._socket.receive_str())
                if reply["parent_header"].get("msg_id") != number:
                    continue
                kind, content = reply["msg_type"], reply["content"]
                if kind == "status" and content["execution_state"] == "idle":
                    return "".join(said)
                said.append(_text(kind, content))

    async def close(self) -> None:
        await self._socket.close()


def _text(kind: str, content: dict[str, Any]) -> str:  # Any: JSON
    if kind == "stream":
        return str(content["text"])
    if kind in ("execute_result", "display_data"):
        return str(content["data"].get("text/plain", "")) + "\n"
    if kind == "error":
        return f"{content['ename']}: {content['evalue']}\n"
    return ""


async def until(ask: Callable[[], Awaitable[T]], timeout_s: float = 20) -> T:
    """Asks again and again, as a page does, until the answer is true; that answer."""
    async with asyncio.timeout(timeout_s):
        while not (found := await ask()):  # noqa: ASYNC110 there is a network in between
            await asyncio.sleep(0.1)
    return found
