"""axe-core finds nothing serious in our views, in light, dark and high contrast."""

from __future__ import annotations

from pathlib import Path

import pytest
from editor_page import EditorPage
from hosts import Host
from notebooks import shop_cells, show, write_notebook
from playwright.async_api import Page

AXE = Path(__file__).parents[2] / "widgets" / "node_modules" / "axe-core" / "axe.min.js"
SERIOUS = """async () => {
  const { violations } = await axe.run(document.querySelector('.sk-Widget'));
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 160)} ${node.any[0]?.message ?? ''}`));
}"""


@pytest.mark.skipif(not AXE.exists(), reason="axe-core comes with Node: run npm ci in widgets/")
@pytest.mark.parametrize("theme", ["light", "dark", "contrast"])
async def test_the_studio_has_no_serious_finding(jupyter: dict[str, Host], page: Page, theme: str) -> None:
    await jupyter["lab"].open(
        page, write_notebook(jupyter["lab"].directory, *shop_cells(), show("Studio()")), theme=theme
    )
    editor = EditorPage(page)
    await editor.says("v2 is live")
    await editor.button("History").click()
    await editor.write("\ndef broken(:\n")
    await editor.press("Control+Enter")
    await editor.says("Refused")
    await page.add_script_tag(path=AXE)
    assert [] == await page.evaluate(SERIOUS)
