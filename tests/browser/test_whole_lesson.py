"""A whole lesson as a learner does it: cell by cell with Shift+Enter, one answer wrong at first, all exercises passed."""

from __future__ import annotations

from hosts import Host
from notebooks import LESSONS, write_lesson
from playwright.async_api import Locator, Page, expect

from sandbox_kernel.classroom.lessons import Lesson, load_lesson

FIRST = "01-functions-and-predictions.ipynb"
WRONG = "def ticket_price(age):\n    return 0 if age <= 6 else 120 if age <= 17 else 240"
ACTIVE = """() => {
  const { content } = window.jupyterapp.shell.currentWidget;
  const about = content.activeCell.model.getMetadata('sandbox_kernel') ?? {};
  return [content.activeCellIndex, about.role ?? '', about.id ?? ''];
}"""
LAST = "() => window.jupyterapp.shell.currentWidget.content.widgets.length - 1"
SELECT = "index => { window.jupyterapp.shell.currentWidget.content.activeCellIndex = index; }"
FOCUS = "() => { window.jupyterapp.shell.currentWidget.activate(); }"


def first_lesson() -> Lesson:
    return load_lesson(LESSONS / "source" / FIRST)


class Desk:
    """An open notebook under the keyboard of its learner."""

    def __init__(self, page: Page) -> None:
        self.page = page

    @property
    def active(self) -> Locator:
        return self.page.locator(".jp-Notebook .jp-Cell.jp-mod-active")

    async def where(self) -> tuple[int, str, str]:
        index, role, name = await self.page.evaluate(ACTIVE)
        return index, role, name

    async def write(self, text: str) -> None:
        """Replaces what stands below the cell's first line, the magic."""
        await self.page.keyboard.press("Enter")
        await expect(self.active.locator(".cm-content")).to_be_focused()
        await self.page.keyboard.press("Control+Home")
        await self.page.keyboard.press("ArrowDown")
        await self.page.keyboard.press("Control+Shift+End")
        await self.page.keyboard.insert_text(text)
        await expect(self.active.locator(".cm-content")).to_contain_text(text.splitlines()[-1].strip())

    async def run(self) -> None:
        """Shift+Enter, and on to the next cell."""
        index, _, _ = await self.where()
        await self.page.keyboard.press("Shift+Enter")
        if index < await self.page.evaluate(LAST):
            await self.page.wait_for_function(f"({ACTIVE})()[0] === {index + 1}")

    async def go_to(self, index: int) -> None:
        await self.page.evaluate(SELECT, index)
        await self.page.evaluate(FOCUS)


async def test_a_whole_lesson_is_done_cell_by_cell(jupyter: dict[str, Host], page: Page) -> None:
    lesson, lab = first_lesson(), jupyter["lab"]
    await lab.open(page, write_lesson(lab.directory, FIRST), run=False)
    desk = Desk(page)
    await desk.go_to(0)
    for number in range(await page.evaluate(LAST) + 1):
        _, role, exercise = await desk.where()
        if role == "exercise":
            await desk.write(WRONG if exercise == "ticket" else lesson.exercises[exercise].solutions[0].body)
        await desk.run()
        if role == "exercise" and exercise == "ticket":
            await desk.run()
            said = page.locator(".jp-OutputArea").filter(has_text="A child of 6 is not under 6 any more")
            await expect(said).to_be_visible()
            await desk.go_to(number)
            await desk.write(lesson.exercises[exercise].solutions[0].body)
            await desk.run()
    progress = page.locator(".jp-OutputArea").filter(has_text="read-traceback").last
    for exercise in lesson.exercises:
        await expect(progress).to_contain_text(exercise)
    await expect(progress).not_to_contain_text("not tried yet")


async def test_a_whole_lesson_is_done_in_voila(voila: Host, page: Page) -> None:
    await voila.open(page, write_lesson(voila.directory, FIRST))
    for exercise in first_lesson().exercises.values():
        view = page.get_by_role("region", name=f"Exercise {exercise.id}", exact=True)
        await view.locator(".cm-content").click()
        await page.keyboard.press("Control+A")
        await page.keyboard.insert_text(exercise.solutions[0].body)
        await page.keyboard.press("Control+Enter")
        await expect(view.get_by_role("status")).to_contain_text("All tests pass")
        await expect(view.locator(".sk-Badge")).to_contain_text("passed")
