"""axe-core finds nothing serious in our views, in light, dark and high contrast."""

from __future__ import annotations

from pathlib import Path

import pytest
from editor_page import EditorPage
from hosts import Host
from notebooks import hand_out, shop_cells, show, write_notebook
from playwright.async_api import Page, expect

AXE = Path(__file__).parents[2] / "widgets" / "node_modules" / "axe-core" / "axe.min.js"
SERIOUS = """async () => {
  const { violations } = await axe.run([...document.querySelectorAll('.sk-Widget')]);
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


@pytest.mark.skipif(not AXE.exists(), reason="axe-core comes with Node: run npm ci in widgets/")
@pytest.mark.parametrize("theme", ["light", "dark", "contrast"])
async def test_the_side_panel_and_an_exercise_have_no_serious_finding(
    jupyter: dict[str, Host], page: Page, theme: str
) -> None:
    lab = jupyter["lab"]
    hand_out(lab.directory)
    cells = [*shop_cells(), "%sandbox_lesson functions", "%sandbox_exercise predict"]
    await lab.open(page, write_notebook(lab.directory, *cells), theme=theme)
    exercise = page.get_by_role("region", name="Exercise predict")
    await exercise.get_by_role("button", name="Check").click()
    await expect(exercise.get_by_role("region", name="Result")).to_be_visible()
    await page.evaluate("() => { void window.jupyterapp.commands.execute('sandbox-kernel:show-panel'); }")
    panel = page.get_by_role("region", name="Sandboxes")
    await panel.get_by_role("button", name="Versions").click()
    await expect(panel.get_by_role("listitem").first).to_be_visible()
    await page.add_script_tag(path=AXE)
    assert [] == await page.evaluate(SERIOUS)
