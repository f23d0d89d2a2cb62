"""The editor of a module in each host, with a real kernel, as a person uses it."""

from __future__ import annotations

import re

from editor_page import EditorPage
from hosts import Host
from notebooks import TILL, show, till_cells, write_notebook
from playwright.async_api import Page, expect


async def opened(host: Host, page: Page) -> EditorPage:
    await host.open(page, write_notebook(host.directory, *till_cells(), show("ModuleEditor('till')")))
    editor = EditorPage(page)
    await editor.says("v2 is live")
    return editor


async def test_an_error_is_shown_where_it_is(host: Host, page: Page) -> None:
    editor = await opened(host, page)
    await editor.write("def broken(:\n    pass\n")
    await editor.press("Control+s")
    await editor.says("1 problem found, nothing was loaded")
    await expect(editor.root.locator(".cm-lint-marker-error")).to_have_count(1)
    line = len(TILL.splitlines()) + 1
    await editor.problems.get_by_role("button").filter(has_text=f"line {line}").click()
    await expect(editor.code).to_be_focused()
    await expect(editor.root.locator(".cm-lineNumbers .cm-activeLineGutter")).to_have_text(str(line))


async def test_an_edit_becomes_live_by_reload(host: Host, page: Page) -> None:
    editor = await opened(host, page)
    await expect(editor.button("Reload")).to_have_attribute("aria-disabled", "true")
    await expect(editor.button("Reload")).to_have_attribute("title", re.compile("[a-z ]{8}"))  # the reason
    await expect(editor.root.locator("kbd")).to_have_text(["Ctrl+S", "Ctrl+Enter"])
    await editor.write("VAT = 0.07\n")
    await expect(editor.root.get_by_text("edited since last reload")).to_be_visible()
    await editor.button("Reload").click()
    await editor.says("v3 is live, ")
    await expect(editor.root.get_by_text("edited since last reload")).to_be_hidden()


async def test_a_refused_reload_changes_nothing(host: Host, page: Page) -> None:
    editor = await opened(host, page)
    await editor.write("1 / 0\n")
    await editor.press("Control+Enter")
    await editor.says("Refused: v2 is still live.")
    await expect(editor.problems).to_contain_text("Refused: nothing was changed")
    await expect(editor.problems).to_contain_text("ZeroDivisionError")
    await editor.shows("1 / 0")


async def test_one_click_shows_what_a_version_changed(host: Host, page: Page) -> None:
    editor = await opened(host, page)
    await editor.button("History").click()
    rows = editor.history.get_by_role("listitem")
    await expect(rows.locator(".sk-History-summary")).to_have_text(["double all prices", "the first till"])
    await expect(rows.locator(".sk-History-outcome")).to_have_text(["live", "was live"])
    await expect(rows.locator("time")).to_have_count(2)
    await expect(rows.locator(".sk-History-facts").first).to_contain_text("+1 −1 lines")
    await rows.filter(has_text="the first till").get_by_role("button", name="Show changes").click()
    await expect(editor.diff.locator(".cm-merge-a .cm-changedLine")).to_contain_text("+= request")
    await expect(editor.diff.locator(".cm-merge-b .cm-changedLine")).to_contain_text("request * 2")
    await expect(editor.diff.locator(".cm-merge-b .cm-changedLine")).to_be_in_viewport()
    await editor.press("Escape")
    await expect(editor.diff).to_have_count(0)


async def test_a_version_becomes_live_again_by_roll_back(host: Host, page: Page) -> None:
    editor = await opened(host, page)
    await editor.button("History").click()
    await editor.button("Roll back to v1").click()
    await editor.says("v1 is live, ")
    await expect(editor.code).not_to_contain_text("request * 2")
    await expect(editor.button("Roll back to v2")).to_be_visible()


async def test_keys_in_the_editor_never_reach_the_notebook(jupyter: dict[str, Host], page: Page) -> None:
    editor = await opened(jupyter["lab"], page)
    cells = "() => window.jupyterapp.shell.currentWidget.content.widgets.length"
    before = await page.evaluate(cells)
    await editor.button("History").focus()
    for key in ("d", "d", "x", "b"):
        await editor.press(key)
    assert before == await page.evaluate(cells)


async def test_the_main_job_needs_no_mouse(jupyter: dict[str, Host], page: Page) -> None:
    editor = await opened(jupyter["lab"], page)
    await editor.code.focus()
    await editor.press("Control+End")
    await page.keyboard.type("VAT = 0.07")
    await editor.press("Control+Enter")
    await editor.says("v3 is live, ")
    await editor.button("History").focus()
    await editor.press("Enter")
    await editor.button("Roll back to v1").focus()
    await editor.press("Enter")
    await editor.says("v1 is live, ")


async def test_five_editors_cost_less_than_100_kilobytes(jupyter: dict[str, Host], page: Page) -> None:
    lab, received = jupyter["lab"], [0]

    def count(frame: str | bytes) -> None:
        data = frame if isinstance(frame, bytes) else frame.encode()
        received[0] += len(data) if b'"comm_' in data else 0  # not what the cells themselves cost

    page.on("websocket", lambda socket: socket.on("framereceived", count))
    editors = [show("ModuleEditor('till')")] * 5
    await lab.open(page, write_notebook(lab.directory, *till_cells(), *editors))
    await expect(page.locator(".sk-Status-text").filter(has_text="v2 is live")).to_have_count(5)
    assert 0 < received[0] < 100_000


async def test_a_page_without_the_bundle_gets_it_from_the_kernel(jupyter: dict[str, Host], page: Page) -> None:
    await page.route("**/sandbox-kernel/widgets.js*", lambda route: route.fulfill(status=404))
    editor = await opened(jupyter["lab"], page)
    await editor.shows("class Till")
