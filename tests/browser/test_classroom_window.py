"""A learner's JupyterLab in a class: a fix arrives in the open notebook, a look shows a strip, a suggestion is taken."""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, expect

pytest.importorskip("jupyterhub", reason="the extra `classroom` is not installed")
sys.path.insert(0, str(Path(__file__).parent.parent / "classes"))

from opened import PASSWORD, Class, opened_class
from visitor import Visitor, until

PEOPLE = (("teach", "instructor"), ("ada", "learner"), ("bob", "learner"))
SERVICE = "services/classroom/api"
STEM = "01-functions-and-predictions"
OWN = "# my own words"
WAIT_S = 60.0


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Class]:
    with opened_class(tmp_path_factory.mktemp("window"), PEOPLE) as made:
        yield made


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def teach(here: Class) -> AsyncIterator[Visitor]:
    visitor = await here.visitor("teach")
    await visitor.board()
    yield visitor
    await visitor.http.close()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def ada(here: Class, browser: Browser) -> AsyncIterator[Page]:
    """Ada's window, with the first lesson open and a text of her own in it that is not saved yet."""
    async with await here.visitor("ada") as visitor:
        await visitor.server()
    context = await browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(WAIT_S * 1000)
    page = await context.new_page()
    await page.goto(f"{here.address}/hub/login")
    await page.get_by_label("Your name in the class").fill("ada")
    await page.get_by_label("Password, or your join code").fill(PASSWORD)
    await page.get_by_role("button", name="Come in").click()
    await page.wait_for_url("**/user/ada/**")
    await page.goto(f"{here.address}/user/ada/lab/tree/{STEM}.ipynb")
    answer = cell_of(page, "%%sandbox_answer ticket")
    await answer.scroll_into_view_if_needed(timeout=60_000)
    await answer.locator(".cm-content").click()
    await page.keyboard.press("Control+End")
    await page.keyboard.type(f"\n{OWN}")
    yield page
    await context.close()


def cell_of(page: Page, text: str) -> Locator:
    return page.locator(".jp-Notebook .jp-Cell").filter(has_text=text).first


def edited(here: Class, mark: str) -> None:
    """The course on disk with another text in a prompt and in a check, as a build leaves it."""
    for path in (here.course / f"{STEM}.ipynb", here.course / "source" / f"{STEM}.ipynb"):
        notebook = json.loads(path.read_text())
        for cell in notebook["cells"]:
            if cell["metadata"].get("sandbox_kernel", {}).get("id") == first_prompt(notebook):
                cell["source"] = f"{joined(cell)}\n\n{mark}"
        path.write_text(json.dumps(notebook))


def first_prompt(notebook: dict[str, Any]) -> str:  # Any: JSON
    return next(
        c["id"] for c in notebook["cells"] if c["metadata"].get("sandbox_kernel", {}).get("exercise") == "ticket"
    )


def joined(cell: dict[str, Any]) -> str:  # Any: JSON
    return cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])


async def test_a_fix_reaches_an_open_notebook_keeps_what_was_typed_and_is_taken_back(
    here: Class, ada: Page, teach: Visitor
) -> None:
    edited(here, "A clearer sentence.")
    number = (await teach.call("POST", f"{SERVICE}/revisions", {"lesson": "functions", "note": "clearer"}))["revision"]
    await expect(cell_of(ada, "A clearer sentence.")).to_be_attached()
    await expect(cell_of(ada, OWN)).to_be_attached()
    assert "applied" == await outcome(teach, number, "ada")
    await expect(ada.locator(".jp-Dialog")).to_have_count(0)
    saved = json.loads((here.directory / "learners/ada/files" / f"{STEM}.ipynb").read_text())
    texts = [joined(cell) for cell in saved["cells"]]
    assert any("A clearer sentence." in text for text in texts)
    assert any(OWN in text for text in texts)
    back = (await teach.call("POST", f"{SERVICE}/revisions/{number}/take-back"))["revision"]
    await expect(cell_of(ada, "A clearer sentence.")).not_to_be_attached()
    await expect(cell_of(ada, OWN)).to_be_attached()
    assert "applied" == await outcome(teach, back, "ada")


async def outcome(teach: Visitor, number: int, learner: str) -> str:
    """What came of a revision at this learner, once it is known."""

    async def told() -> str:
        found = await teach.call("GET", f"{SERVICE}/revisions")
        (one,) = [each for each in found["revisions"] if each["id"] == number]
        return next((str(each["outcome"]) for each in one["outcomes"] if each["learner"] == learner), "")

    return await until(told, WAIT_S)


async def test_a_look_shows_a_strip_for_as_long_as_it_lasts(ada: Page, teach: Visitor) -> None:
    look = (await teach.call("POST", f"{SERVICE}/looks", {"learner": "ada"}))["look"]
    strip = ada.locator("#sandbox-classroom-look")
    await expect(strip).to_have_text("teach is looking at your notebook. Nothing in it can be changed this way.")
    answer = cell_of(ada, "%%sandbox_answer ticket")
    await answer.locator(".cm-content").click()
    await ada.keyboard.press("Control+End")
    await ada.keyboard.type("\n# seen while it is written")

    async def is_seen() -> bool:
        return "seen while it is written" in json.dumps(await teach.call("GET", f"{SERVICE}/looks/{look}"))

    await until(is_seen, WAIT_S)
    await teach.call("DELETE", f"{SERVICE}/looks/{look}")
    await expect(strip).to_have_count(0)


@pytest.mark.parametrize("take", [False, True])
async def test_a_suggestion_changes_the_cell_only_when_it_is_taken(ada: Page, teach: Visitor, take: bool) -> None:
    text = f"def ticket_price(age):\n    return {int(take)}  # suggested"
    asked = {"learner": "ada", "lesson": "functions", "exercise": "ticket", "text": text, "note": "Look at the ages."}
    number = (await teach.call("POST", f"{SERVICE}/suggestions", asked))["suggestion"]
    card = ada.get_by_role("region", name="Suggestion")
    await expect(card).to_contain_text("Look at the ages.")
    await card.get_by_role("button", name="Put it into my cell" if take else "No, thank you").click()
    await expect(card).to_have_count(0)
    await expect(cell_of(ada, "# suggested")).to_have_count(int(take))

    async def state() -> str:
        found = (await teach.call("GET", f"{SERVICE}/learners/ada"))["suggestion"]
        return next(str(one["state"]) for one in found if one["id"] == number).removeprefix("open")

    assert ("accepted" if take else "declined") == await until(state, WAIT_S)


async def test_a_notebook_that_is_closed_is_mended_on_disk(here: Class, teach: Visitor) -> None:
    async with await here.visitor("bob") as bob:
        await bob.server()
        path = here.directory / "learners/bob/files" / f"{STEM}.ipynb"

        async def is_handed_out() -> bool:
            return path.exists()

        await until(is_handed_out, WAIT_S)
        edited(here, "Another sentence.")
        number = (await teach.call("POST", f"{SERVICE}/revisions", {"lesson": "functions", "note": ""}))["revision"]
        assert "applied" == await outcome(teach, number, "bob")
        assert "Another sentence." in path.read_text()
