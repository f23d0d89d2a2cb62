"""The side panel, module documents, status bar, file browser and notifications in JupyterLab and Notebook 7."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from editor_page import EditorPage
from hosts import LOCALE, RESTARTED, WATCH_RESTART, Host, run_in_kernel
from notebooks import CRASH, shop_cells, show, write_notebook
from playwright.async_api import Locator, Page, Route, expect

EXECUTE = "([command, args]) => { void window.jupyterapp.commands.execute(command, args); }"
CATALOG = Path(__file__).parents[2] / "sandbox_kernel" / "locale" / LOCALE / "LC_MESSAGES" / "sandbox_kernel.json"
GERMAN = {text: given for text, (given, *_) in list(json.loads(CATALOG.read_text(encoding="utf-8")).items())[1:]}
HAS_MODULE = "1 if 'till' in dir() and till else 0"


async def command(page: Page, name: str, args: dict[str, str] | None = None) -> None:
    await page.evaluate(EXECUTE, [name, args or {}])


async def opened(host: Host, page: Page) -> Locator:
    await host.open(page, write_notebook(host.directory, *shop_cells()))
    await run_in_kernel(page, HAS_MODULE)
    await command(page, "sandbox-kernel:show-panel")
    panel = page.get_by_role("region", name="Sandboxes")
    await expect(panel.get_by_role("button", name="till", exact=True)).to_be_visible()
    return panel


@pytest.mark.parametrize("name", ["lab", "notebook"])
async def test_the_panel_shows_modules_versions_and_workers(jupyter: dict[str, Host], page: Page, name: str) -> None:
    panel = await opened(jupyter[name], page)
    await expect(panel.locator(".sk-Tree-row").filter(has_text="shop")).to_contain_text("running")
    await panel.get_by_role("button", name="Versions").click()
    await expect(panel.get_by_role("listitem").filter(has_text="double all prices")).to_be_visible()
    await panel.get_by_role("button", name="Roll back to v1").click()
    await expect(panel.locator(".sk-Badge")).to_have_text("v1 live")


@pytest.mark.parametrize("name", ["lab", "notebook"])
async def test_a_module_opens_as_a_document_with_history(jupyter: dict[str, Host], page: Page, name: str) -> None:
    panel = await opened(jupyter[name], page)
    await panel.get_by_role("button", name="till", exact=True).click()
    editor = EditorPage(page)
    await editor.says("v2 is live")
    await editor.shows("class Till")
    await editor.history.get_by_role("button", name="Show changes").first.click()
    await expect(editor.diff).to_be_visible()
    await editor.press("Escape")
    await editor.write("\nVAT = 0.07\n")
    await editor.press("Control+Enter")
    await editor.says("v3 is live, ")
    assert "0.07" == await run_in_kernel(page, "till.VAT")


async def test_a_restart_from_the_panel_asks_first(jupyter: dict[str, Host], page: Page) -> None:
    panel = await opened(jupyter["lab"], page)
    await run_in_kernel(page, "computed = 1")
    await panel.get_by_role("button", name="Restart…").click()
    dialog = page.locator(".jp-Dialog")
    await dialog.get_by_role("button", name="Cancel").click()
    assert "1" == await run_in_kernel(page, "computed")
    await panel.get_by_role("button", name="Restart…").click()
    await expect(dialog).to_contain_text("is lost")
    await page.evaluate(WATCH_RESTART)
    await dialog.get_by_role("button", name="Restart").click()
    await page.evaluate(RESTARTED)
    await expect(panel.locator(".sk-Tree-row").filter(has_text="till")).to_contain_text("running")
    assert "0" == await run_in_kernel(page, "1 if 'computed' in dir() else 0")


async def test_a_sandbox_that_is_shut_down_leaves_the_panel(jupyter: dict[str, Host], page: Page) -> None:
    panel = await opened(jupyter["lab"], page)
    await panel.get_by_role("button", name="Shut down…").click()
    await page.locator(".jp-Dialog").get_by_role("button", name="Shut down").click()
    await expect(panel).to_contain_text("No sandbox runs.")


async def test_the_status_bar_counts_and_opens_the_studio(jupyter: dict[str, Host], page: Page) -> None:
    await opened(jupyter["lab"], page)
    item = page.get_by_role("button", name="Sandbox: till v2 · 1 worker")
    await item.click()
    await expect(page.get_by_role("region", name="Studio")).to_be_visible()


async def test_a_module_is_opened_from_the_file_browser(jupyter: dict[str, Host], page: Page) -> None:
    await opened(jupyter["lab"], page)
    path = await page.evaluate("() => window.jupyterapp.shell.currentWidget?.context?.path ?? ''")
    folder = f"sandboxes/{path.removesuffix('.ipynb')}"
    await command(page, "filebrowser:open-path", {"path": folder})
    await page.locator(".jp-DirListing-item", has_text="till.py").click(button="right")
    await page.get_by_role("menuitem", name="Open in Studio").click()
    await EditorPage(page).says("v2 is live")


async def test_a_crash_is_notified_and_leads_to_the_studio(jupyter: dict[str, Host], page: Page) -> None:
    await opened(jupyter["lab"], page)
    await run_in_kernel(page, f"from sandbox_kernel import call\n{CRASH}")
    notice = page.locator(".jp-Notification-Toast, .Toastify__toast").filter(has_text="a price is never negative")
    await notice.first.get_by_role("button", name="Open studio").click()
    await expect(page.get_by_role("article", name="till crashed").first).to_be_visible()


async def test_a_studio_can_be_opened_from_the_menu(jupyter: dict[str, Host], page: Page) -> None:
    await opened(jupyter["lab"], page)
    await page.get_by_role("menuitem", name="Sandbox", exact=True).click()
    await page.get_by_role("menuitem", name="Open Sandbox Studio").click()
    await expect(page.get_by_role("region", name="Studio")).to_be_visible()


async def test_everything_is_german_where_jupyterlab_is(jupyter: dict[str, Host], page: Page) -> None:
    """Asked for by this page alone: the language is a setting of the server."""

    async def in_german(route: Route) -> None:
        await route.continue_(url=re.sub(r"/translations/\w+", f"/translations/{LOCALE}", route.request.url))

    await page.route("**/lab/api/translations/*", in_german)
    lab = jupyter["lab"]
    await lab.open(page, write_notebook(lab.directory, *shop_cells(), show("Studio()")))
    await expect(page.locator(".sk-Status-text").first).to_contain_text(GERMAN["v{n} is live"].format(n=2))
    await expect(page.get_by_role("button", name=GERMAN["Reload"], exact=True)).to_be_visible()
    await command(page, "sandbox-kernel:show-panel")
    panel = page.locator(".sk-Panel")
    await expect(panel.get_by_role("button", name=GERMAN["Shut down…"])).to_be_visible()
