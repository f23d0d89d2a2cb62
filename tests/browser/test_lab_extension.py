"""The command that opens the studio of a notebook's sandbox, in JupyterLab and in Notebook 7."""

from __future__ import annotations

import pytest
from editor_page import EditorPage
from hosts import Host, run_in_kernel
from notebooks import shop_cells, write_notebook
from playwright.async_api import Page, expect

OPEN = "() => window.jupyterapp.commands.execute('sandbox-kernel:open-studio')"
HAS_MODULE = "1 if 'till' in dir() and till else 0"


async def opened(host: Host, page: Page) -> EditorPage:
    await host.open(page, write_notebook(host.directory, *shop_cells()))
    await run_in_kernel(page, HAS_MODULE)
    await page.evaluate(OPEN)
    return EditorPage(page)


@pytest.mark.parametrize("name", ["lab", "notebook"])
async def test_the_studio_opens_beside_the_notebook(jupyter: dict[str, Host], page: Page, name: str) -> None:
    editor = await opened(jupyter[name], page)
    await editor.says("v2 is live")
    await editor.write("\nVAT = 0.07\n")
    await editor.press("Control+Enter")
    await editor.says("v3 is live, ")
    assert "0.07" == await run_in_kernel(page, "till.VAT")
    await expect(page.get_by_role("article", name="till crashed")).to_contain_text("a price is never negative")


async def test_a_notebook_without_a_sandbox_is_told_so(jupyter: dict[str, Host], page: Page) -> None:
    lab = jupyter["lab"]
    await lab.open(page, write_notebook(lab.directory, "x = 1", kernel="python3"))
    await page.evaluate("() => { void window.jupyterapp.commands.execute('sandbox-kernel:open-studio'); }")
    dialog = page.locator(".jp-Dialog")
    await dialog.get_by_text("Open a notebook with the kernel 'Sandbox (Python)'").wait_for()
    await dialog.get_by_role("button").last.click()
    await expect(dialog).to_have_count(0)
