"""The start page of the course, as a learner meets it."""

from __future__ import annotations

import pytest
from hosts import TOKEN, Host
from notebooks import hand_out
from playwright.async_api import Page, expect


async def test_the_start_page_leads_into_a_lesson_and_back(page: Page, jupyter: dict[str, Host]) -> None:
    lab = jupyter["lab"]
    hand_out(lab.directory)
    await page.goto(f"{lab.url}/sandbox/learn?token={TOKEN}")
    await expect(page.get_by_role("heading", name="Live Python")).to_be_visible()
    await expect(page.get_by_role("listitem").filter(has=page.get_by_role("heading"))).to_have_count(12)
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("link", name="Start")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Hot code loading: new code, old state")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_start_page_can_be_read_in_both_colours(page: Page, jupyter: dict[str, Host], scheme: str) -> None:
    """The contrast of every text with what is behind it is at least 4.5 to 1."""
    hand_out(jupyter["lab"].directory)
    await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # one of the two
    await page.goto(f"{jupyter['lab'].url}/sandbox/learn?token={TOKEN}")
    await page.get_by_text("Goals and exercises").first.click()
    assert [] == await page.evaluate(POOR_CONTRAST)


POOR_CONTRAST = """() => {
  const channel = (value) => value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  const light = (text) => {
    const [r, g, b] = text.match(/[0-9.]+/g).map((each) => channel(each / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    for (let each = element; each; each = each.parentElement) {
      const colour = getComputedStyle(each).backgroundColor;
      if (colour !== 'rgba(0, 0, 0, 0)') return colour;
    }
    return 'rgb(255, 255, 255)';
  };
  const poor = [];
  for (const element of document.querySelectorAll('main *')) {
    if (![...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim())) continue;
    const pair = [light(getComputedStyle(element).color), light(behind(element))].sort((a, b) => b - a);
    if ((pair[0] + 0.05) / (pair[1] + 0.05) < 4.5) poor.push(element.textContent);
  }
  return poor;
}"""
