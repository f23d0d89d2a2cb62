"""The studio and its parts in each host, with a real sandbox whose worker runs, crashes and keeps its state."""

from __future__ import annotations

import re

from editor_page import EditorPage
from hosts import Host, run_in_kernel
from notebooks import shop_cells, show, till_cells, write_notebook
from playwright.async_api import Page, expect


async def opened(host: Host, page: Page) -> EditorPage:
    await host.open(page, write_notebook(host.directory, *shop_cells(), show("Studio()")))
    editor = EditorPage(page)
    await editor.says("v2 is live")
    return editor


async def test_a_reload_keeps_the_state_of_a_running_worker(host: Host, page: Page) -> None:
    editor = await opened(host, page)
    state = page.get_by_role("table")
    await expect(state).to_contain_text("'total': 40")
    await editor.write("\nVAT = 0.07\n")
    await editor.button("Reload").click()
    await editor.says("v3 is live, ")
    await expect(state.get_by_role("columnheader", name="before the reload")).to_be_visible()
    await expect(state.get_by_role("row", name="till")).to_contain_text("'total': 40")
    await expect(page.get_by_role("tab", name="till")).to_contain_text("v3")


async def test_a_crash_is_explained(host: Host, page: Page) -> None:
    await opened(host, page)
    card = page.get_by_role("article", name="till crashed")
    await expect(card).to_contain_text("a price is never negative")
    await expect(card).to_contain_text("-1")
    await expect(card.get_by_role("status")).to_contain_text("Restarted: 1 of at most 3 restarts in 5 s.")
    await card.get_by_role("button", name="Dismiss").click()
    await expect(card).to_have_count(0)


async def test_the_report_of_a_crash_can_be_copied(jupyter: dict[str, Host], page: Page) -> None:
    """Also by a page that came over plain HTTP from another machine, which has no clipboard to ask."""
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await opened(jupyter["lab"], page)
    card = page.get_by_role("article", name="till crashed")
    await card.get_by_role("button", name="Copy").click()
    await expect(card.get_by_role("button", name="Copied")).to_be_visible()
    report = await page.evaluate("() => navigator.clipboard.readText()")
    assert "a price is never negative" in report
    assert "Traceback (most recent call last)" in report
    await page.evaluate(
        "async () => { await navigator.clipboard.writeText(''); navigator.clipboard.writeText = null; }"
    )
    await card.get_by_role("button", name="Copied").click()
    await page.wait_for_function("async (report) => await navigator.clipboard.readText() === report", arg=report)


async def test_the_usage_follows_what_the_sandbox_uses(jupyter: dict[str, Host], page: Page) -> None:
    await opened(jupyter["lab"], page)
    memory = page.locator(".sk-Usage dd").first
    await expect(memory).to_contain_text(re.compile(r"^[1-9]\d* MB of"))
    await run_in_kernel(page, "block = bytearray(b'x') * 300_000_000")
    await expect(memory).to_contain_text(re.compile(r"^([3-9]\d\d|\d{4}) MB of"))
    await run_in_kernel(page, "del block")
    await expect(memory).to_contain_text(re.compile(r"^[12]?\d?\d MB of"))


async def test_a_crash_shows_while_a_cell_is_running(jupyter: dict[str, Host], page: Page) -> None:
    await opened(jupyter["lab"], page)
    cards = page.get_by_role("article", name="till crashed")
    await expect(cards).to_have_count(1)
    code = "import threading\nfrom sandbox_kernel import cast\ncast('till', 'go')\n"
    code += "threading.Thread(target=lambda: call('till', 'no number')).start()\nthreading.Event().wait()"
    await run_in_kernel(page, code, wait=False)
    await expect(cards).to_have_count(2)
    await expect(cards.first).to_contain_text("no number")


async def test_a_new_module_gets_a_tab_and_its_first_version(jupyter: dict[str, Host], page: Page) -> None:
    await opened(jupyter["lab"], page)
    await page.get_by_role("button", name="New module").click()
    await page.get_by_label("Name of the new module").fill("basket")
    await page.keyboard.press("Enter")
    editor = EditorPage(page, "basket")
    await editor.says("Not loaded yet")
    await editor.write("items = []\n")
    await editor.press("Control+Enter")
    await editor.says("v1 is live")
    await expect(page.get_by_role("tab", name="basket")).to_contain_text("v1")


async def test_what_was_written_is_there_after_the_page_is_loaded_again(jupyter: dict[str, Host], page: Page) -> None:
    editor = await opened(jupyter["lab"], page)
    await editor.write("\n# not reloaded yet\n")
    await editor.press("Control+s")
    await editor.says("No problems found")
    await page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
    await page.reload()
    await editor.shows("# not reloaded yet")


async def test_the_parts_show_the_same_sandbox(host: Host, page: Page) -> None:
    parts = ["SupervisionTree()", "VersionTimeline('till')", "DiffView('till', 1)", "CrashCard()", "ResourceMeter()"]
    await host.open(page, write_notebook(host.directory, *shop_cells(), *map(show, parts)))
    await expect(page.locator(".sk-Tree-row").filter(has_text="shop")).to_contain_text("running")
    timeline = page.get_by_role("region", name="Versions of till")
    await expect(timeline.get_by_role("listitem").first).to_contain_text("double all prices")
    await expect(page.locator(".sk-Alone-diff .cm-merge-b .cm-changedLine")).to_contain_text("request * 2")
    await expect(page.get_by_role("article", name="till crashed")).to_be_visible()
    await expect(page.locator(".sk-Usage")).to_contain_text("MB")


async def test_five_studios_cost_less_than_100_kilobytes(jupyter: dict[str, Host], page: Page) -> None:
    """Each kind of message of each studio counts once: a busy machine takes long, and is asked again meanwhile."""
    lab = jupyter["lab"]
    cost: dict[tuple[bytes, tuple[bytes, ...]], int] = {}

    def count(frame: str | bytes) -> None:
        data = frame if isinstance(frame, bytes) else frame.encode()
        if comm := re.search(rb'"comm_id": ?"(\w+)"', data):
            kind = tuple(re.findall(rb'"(?:msg_type|method|type)": ?"(\w+)"', data)[:3])
            cost.setdefault((comm[1], kind), len(data))

    page.on("websocket", lambda socket: socket.on("framereceived", count))
    await lab.open(page, write_notebook(lab.directory, *till_cells(), *[show("Studio()")] * 5))
    await expect(page.locator(".sk-Status-text").filter(has_text="v2 is live")).to_have_count(5)
    assert 0 < sum(cost.values()) < 100_000
