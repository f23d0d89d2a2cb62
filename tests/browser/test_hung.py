"""A cell that hangs, stopped and restarted from the studio; the studio goes on by itself."""

from __future__ import annotations

import pytest
from editor_page import EditorPage
from hosts import RESTARTED, WATCH_RESTART, Host, run_in_kernel
from notebooks import shop_cells, show, write_notebook
from playwright.async_api import Page, expect

HANG = "import time\nwhile True: time.sleep(0.01)"


async def opened(host: Host, page: Page) -> EditorPage:
    await host.open(page, write_notebook(host.directory, *shop_cells(), show("Studio()")))
    editor = EditorPage(page)
    await editor.says("v2 is live")
    return editor


@pytest.mark.parametrize("name", ["lab", "notebook"])
async def test_a_hanging_cell_is_timed_and_stopped(jupyter: dict[str, Host], page: Page, name: str) -> None:
    await opened(jupyter[name], page)
    await run_in_kernel(page, HANG, wait=False)
    await expect(page.get_by_role("timer")).to_contain_text("A cell has been running for")
    await page.get_by_role("button", name="Stop the cell").click()
    await expect(page.get_by_role("timer")).to_have_count(0)
    assert "3" == await run_in_kernel(page, "1 + 2")


async def test_a_reload_is_made_while_a_cell_hangs(jupyter: dict[str, Host], page: Page) -> None:
    editor = await opened(jupyter["lab"], page)
    await run_in_kernel(page, HANG, wait=False)
    await editor.write("\nVAT = 0.07\n")
    await editor.press("Control+Enter")
    await editor.says("v3 is live, ")
    await page.get_by_role("button", name="Stop the cell").click()
    assert "0.07" == await run_in_kernel(page, "till.VAT")


@pytest.mark.parametrize("name", ["lab", "notebook"])
async def test_a_restart_keeps_modules_and_what_was_written(jupyter: dict[str, Host], page: Page, name: str) -> None:
    editor = await opened(jupyter[name], page)
    await editor.write("\nVAT = 0.07\n")
    await page.get_by_role("button", name="Restart…").click()
    question = page.get_by_role("alertdialog", name="Restart the sandbox?")
    await expect(question).to_contain_text("modules and versions stay")
    await page.evaluate(WATCH_RESTART)
    await question.get_by_role("button", name="Restart now").click()
    await page.evaluate(RESTARTED)
    await expect(page.locator(".sk-Tree-row").filter(has_text="till")).to_contain_text("running")
    await editor.shows("VAT = 0.07")
    await editor.button("Reload").click()
    await editor.says("v3 is live")
    assert "0.07" == await run_in_kernel(page, "till.VAT")
