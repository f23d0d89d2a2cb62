"""Exercises of the first lesson, answered in their views: wrong, with a hint, right; kept when the page is loaded again."""

from __future__ import annotations

import pytest
from hosts import Host
from notebooks import hand_out, write_lesson, write_notebook
from playwright.async_api import Locator, Page, expect

WRONG, RIGHT = 'prediction = "10 11 21"\n', 'prediction = "10 3 13"\n'


def lesson(host: Host) -> str:
    """The lessons beside the notebooks, and one of these that asks for an exercise's view; Voila shows the lesson."""
    hand_out(host.directory)
    if host.name != "voila":
        return write_notebook(host.directory, "%sandbox_lesson functions", "%sandbox_exercise predict")
    return write_lesson(host.directory, "01-functions-and-predictions.ipynb")


async def opened(host: Host, page: Page) -> Locator:
    await host.open(page, lesson(host))
    exercise = page.get_by_role("region", name="Exercise predict")
    await expect(exercise.get_by_role("status")).to_contain_text("Write your answer, then press Check.")
    return exercise


async def answer(page: Page, exercise: Locator, text: str) -> None:
    await exercise.locator(".cm-content").click()
    await page.keyboard.press("Control+A")
    await page.keyboard.insert_text(text)
    await page.keyboard.press("Control+Enter")


async def test_an_exercise_is_answered(host: Host, page: Page) -> None:
    exercise = await opened(host, page)
    await answer(page, exercise, WRONG)
    await expect(exercise.get_by_role("status")).to_contain_text("1 test does not pass yet, 0 of 1 points")
    result = exercise.get_by_role("region", name="Result")
    await expect(result).to_contain_text("b was stuck on a value in line 2")
    await exercise.get_by_role("button", name="Hint").click()
    await expect(exercise.get_by_role("region", name="Hints")).to_contain_text("Take a sheet of paper")
    await answer(page, exercise, RIGHT)
    await expect(exercise.get_by_role("status")).to_contain_text("All tests pass, 1 of 1 points")
    await expect(exercise.locator(".sk-Badge")).to_contain_text("passed")


@pytest.mark.parametrize("name", ["lab", "voila"])
async def test_what_was_written_is_there_when_the_page_is_loaded_again(
    jupyter: dict[str, Host], voila: Host, page: Page, name: str
) -> None:
    host = voila if name == "voila" else jupyter["lab"]
    exercise = await opened(host, page)
    await answer(page, exercise, RIGHT)
    await expect(exercise.get_by_role("status")).to_contain_text("All tests pass")
    if name == "lab":
        await page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
    await page.reload()
    await expect(exercise.locator(".cm-content")).to_contain_text("10 3 13")
    await expect(exercise.locator(".sk-Badge")).to_contain_text("passed")


async def test_a_lesson_in_voila_asks_no_other_site(voila: Host, page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await opened(voila, page)
    assert [] == [url for url in asked if not url.startswith((voila.url, "data:", "blob:"))]
