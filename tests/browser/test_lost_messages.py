"""A page whose messages are lost, or whose connection breaks, becomes whole again by itself."""

from __future__ import annotations

from collections.abc import Callable

from editor_page import EditorPage
from hosts import Host
from notebooks import shop_cells, show, write_notebook
from playwright.async_api import Page, WebSocketRoute, expect

Message = str | bytes
DROP_CONNECTION = """() => {
  const panel = [...window.jupyterapp.shell.widgets('main')].find((widget) => widget.sessionContext);
  return panel.sessionContext.session.kernel.reconnect();
}"""


def _bytes(message: Message) -> bytes:
    return message if isinstance(message, bytes) else message.encode()


class Losing:
    """Loses the messages that `lost` says, once each, in either direction between the page and its kernel."""

    def __init__(self, lost: Callable[[bytes], bool]) -> None:
        self.lost, self.count = lost, 0

    async def follow(self, page: Page) -> None:
        await page.route_web_socket("**/channels?**", self._route)

    def _route(self, to_page: WebSocketRoute) -> None:
        to_server = to_page.connect_to_server()
        to_page.on_message(lambda message: self._pass(message, to_server.send))
        to_server.on_message(lambda message: self._pass(message, to_page.send))

    def _pass(self, message: Message, send: Callable[[Message], None]) -> None:
        if self.count == 0 and self.lost(_bytes(message)):
            self.count += 1
        else:
            send(message)


async def opened(lab: Host, page: Page) -> EditorPage:
    await lab.open(page, write_notebook(lab.directory, *shop_cells(), show("Studio()")))
    editor = EditorPage(page)
    await editor.says("v2 is live")
    return editor


async def test_a_lost_answer_is_asked_for_again(jupyter: dict[str, Host], page: Page) -> None:
    losing = Losing(lambda message: b'"type": "Snapshot"' in message)
    await losing.follow(page)
    await opened(jupyter["lab"], page)
    await expect(page.locator(".sk-Tree-row").filter(has_text="shop")).to_contain_text("running")
    assert 1 == losing.count


async def test_a_lost_reload_is_made_once(jupyter: dict[str, Host], page: Page) -> None:
    losing = Losing(lambda message: b'"type": "Applied"' in message)
    await losing.follow(page)
    editor = await opened(jupyter["lab"], page)
    await editor.write("\nVAT = 0.07\n")
    await editor.button("Reload").click()
    await editor.says("v3 is live, ")
    await editor.button("History").click()
    await expect(editor.history.get_by_role("listitem")).to_have_count(3)
    assert 1 == losing.count


async def test_a_crash_that_the_page_did_not_hear_of_is_shown(jupyter: dict[str, Host], page: Page) -> None:
    losing = Losing(lambda message: b'"type": "WorkerCrashed"' in message and b"comm_msg" in message)
    await losing.follow(page)
    await opened(jupyter["lab"], page)
    cards = page.get_by_role("article", name="till crashed")
    await expect(cards).to_have_count(1)


async def test_after_a_broken_connection_the_studio_goes_on(jupyter: dict[str, Host], page: Page) -> None:
    editor = await opened(jupyter["lab"], page)
    await page.evaluate(DROP_CONNECTION)
    await editor.write("\nVAT = 0.07\n")
    await editor.button("Reload").click()
    await editor.says("v3 is live, ")
    await expect(page.get_by_role("tab", name="till")).to_contain_text("v3")
