"""The live board in a browser, with two hundred learners: sorts, filters, search, keyboard, live updates, both themes."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import aiohttp
import msgspec
import pytest
import pytest_asyncio
from playwright.async_api import BrowserContext, Locator, Page, expect

pytest.importorskip("jupyterhub", reason="the extra `classroom` is not installed")
sys.path.insert(0, str(Path(__file__).parent.parent / "classes"))

from opened import COURSE, PASSWORD, Class
from visitor import Visitor

from sandbox_kernel.board.store import Store
from sandbox_kernel.wire_class import Checked, Event, Opened

NewContext = Callable[[], Awaitable[BrowserContext]]
AXE = Path(__file__).parents[2] / "widgets" / "node_modules" / "axe-core" / "axe.min.js"
LEARNERS = 200
ERRORS = ("expected 380, got 500", "your code raised NameError at line 3", "this part is not written yet")
PEOPLE = [("teach", "instructor"), *((f"learner-{number:03}", "learner") for number in range(LEARNERS))]


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Class]:
    directory = tmp_path_factory.mktemp("board")
    shutil.copytree(COURSE, directory / "course", ignore=shutil.ignore_patterns("sandboxes", ".sandbox"))
    made = Class(directory / "class", directory / "course", PEOPLE)
    made.directory.mkdir()
    fill(made.directory / "classroom.sqlite")
    made.open()
    yield made
    made.close()


def fill(path: Path) -> None:
    """A class in the middle of its second lesson: every fifth is stuck, every third has passed."""
    store = Store(f"sqlite:///{path}")
    now = time.time()
    for number in range(LEARNERS):
        name = f"learner-{number:03}"
        passed = number % 3 == 0
        tries = 3 if number % 5 == 0 and not passed else 1
        what = checked("pass" if passed else "fail", "" if passed else ERRORS[number % 3])
        answers = [Event(f"check-{one}", now, what) for one in range(tries)]
        store.take(name, [Event("open", now, Opened("functions", "1.0.0")), *answers])
    store.close()


def checked(status: str, message: str = "", lesson: str = "functions", exercise: str = "ticket") -> Checked:
    points = 3.0 if status == "pass" else 0.0
    return Checked(lesson, "1.0.0", exercise, "x = 1", status, points, 3.0, message, counts=True)  # type: ignore[arg-type]


@pytest_asyncio.fixture(loop_scope="session")
async def board(here: Class, new_context: NewContext) -> AsyncIterator[Page]:
    page = await (await new_context()).new_page()
    await page.set_viewport_size({"width": 1400, "height": 900})
    await page.goto(f"{here.address}/hub/login")
    await page.get_by_label("Your name in the class").fill("teach")
    code = here.codes.pop("teach", "")
    await page.get_by_label("Password, or your join code").fill(code or PASSWORD)
    if code:
        await page.get_by_text("This is my first time here").click()
        await page.get_by_label("Choose a password").fill(PASSWORD)
    await page.get_by_role("button", name="Come in").click()
    await expect(page.locator("#board tbody tr")).to_have_count(LEARNERS)
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    yield page
    assert [] == faults


def names(page: Page) -> Locator:
    return page.locator("#board td:first-child")


async def test_who_is_stuck_comes_first_and_is_counted(board: Page) -> None:
    stuck = sum(number % 5 == 0 and number % 3 != 0 for number in range(LEARNERS))
    await expect(board.locator("#counts")).to_contain_text(f"{LEARNERS} people, {stuck} stuck")
    states = board.locator("#board .state")
    await expect(states.nth(0)).to_have_text("▲ stuck")
    await expect(states.nth(stuck - 1)).to_have_text("▲ stuck")
    await expect(states.filter(has_text="stuck")).to_have_count(stuck)


async def test_columns_sort_both_ways_by_mouse_and_keyboard(board: Page) -> None:
    name = board.get_by_role("button", name="Name", exact=True)
    await name.click()
    await expect(names(board).first).to_have_text("Learner-000")
    await name.press("Enter")
    await expect(names(board).first).to_have_text("Learner-199")
    await expect(board.locator("th[data-key=shown]")).to_have_attribute("aria-sort", "descending")


async def test_search_and_filters_leave_only_who_fits(board: Page) -> None:
    await board.keyboard.press("/")
    await board.keyboard.type("nameerror 19")
    fitting = [number for number in range(LEARNERS) if number % 3 == 1 and "19" in f"{number:03}"]
    fitting.sort(key=lambda number: number % 5 != 0)  # who is stuck comes first
    await expect(names(board)).to_have_text([f"Learner-{number:03}" for number in fitting])
    await board.keyboard.press("Escape")
    await expect(board.locator("#board tbody tr")).to_have_count(LEARNERS)
    await board.get_by_label("Show").select_option("stuck")
    stuck = [number for number in range(LEARNERS) if number % 5 == 0 and number % 3 != 0]
    await expect(board.locator("#board .state")).to_have_text(["▲ stuck"] * len(stuck))
    await board.get_by_label("Search").fill("nobody at all")
    await board.get_by_role("button", name="Show everybody").click()
    await expect(board.locator("#board tbody tr")).to_have_count(LEARNERS)


async def test_a_row_is_opened_and_closed_without_a_mouse(board: Page) -> None:
    await board.keyboard.press("/")
    await board.keyboard.type("learner-007")
    await board.keyboard.press("ArrowDown")
    await board.keyboard.press("Enter")
    panel = board.locator("#panel")
    await expect(panel.get_by_role("heading", level=2)).to_contain_text("Learner-007")
    await expect(panel).to_contain_text("Answers, newest first")
    await board.keyboard.press("Escape")
    await expect(panel).to_be_hidden()
    await expect(board.locator("tr[data-name=learner-007] .name")).to_be_focused()


async def test_an_event_shows_by_itself_and_keeps_focus_and_filter(here: Class, board: Page) -> None:
    async with Visitor(here.address, "learner-001") as learner:
        assert 302 == await learner.come_in(PASSWORD, code=here.codes.pop("learner-001", ""))
        await board.get_by_label("Search").fill("learner-00")
        focused = board.locator("tr[data-name=learner-004] .name")
        await focused.focus()
        await report(
            learner, Event("new", time.time(), checked("error", "your code raised KeyError", "modules", "fence"))
        )
        row = board.locator("tr[data-name=learner-001]")
        await expect(row).to_contain_text("KeyError")
        await expect(row).to_contain_text("fence")
        await expect(focused).to_be_focused()
        await expect(board.locator("#board tbody tr")).to_have_count(10)


async def report(learner: Visitor, *events: Event) -> None:
    """As this learner's own server would: with a token that may only report."""
    scopes = ["access:services!service=classroom", "custom:classroom:report"]
    async with learner.http.get(f"{learner.address}/hub/token"):
        pass  # sets the cookie that the next call needs
    path = f"hub/api/users/{learner.name}/tokens"
    token = (await learner.call("POST", path, {"scopes": scopes, "expires_in": 60}, expect=201))["token"]
    body = msgspec.json.encode({"events": events})
    async with (
        aiohttp.ClientSession(headers={"Authorization": f"token {token}"}) as http,
        http.post(f"{learner.address}/services/classroom/api/seat/events", data=body) as reply,
    ):
        assert 200 == reply.status, await reply.text()


async def test_the_board_comes_back_by_itself_after_the_service_was_killed(here: Class, board: Page) -> None:
    os.kill(here.service(), signal.SIGKILL)
    await expect(board.locator("#connection")).to_contain_text("connecting again")
    await expect(board.locator("#connection")).to_be_empty(timeout=30_000)
    await expect(board.locator("#board tbody tr")).to_have_count(LEARNERS)


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_nothing_serious_for_people_who_see_or_hear_it(board: Page, theme: str, tmp_path: Path) -> None:
    if not AXE.exists():
        pytest.skip("axe-core comes with Node: run npm ci in widgets/")
    await board.emulate_media(color_scheme=theme)  # type: ignore[arg-type]  # one of the two it knows
    await board.locator("tr[data-name=learner-005] .name").click()
    await expect(board.locator("#panel")).to_contain_text("Answers")
    await board.evaluate(AXE.read_text())
    found = await board.evaluate(
        "async () => (await axe.run()).violations.filter(({impact}) => ['serious', 'critical'].includes(impact))"
        ".flatMap(({id, nodes}) => nodes.map((node) => `${id}: ${node.html.slice(0, 120)} ${node.any[0]?.message ?? ''}`))"
    )
    assert [] == found


async def test_a_learner_sees_their_own_page_and_not_the_board(here: Class, new_context: NewContext) -> None:
    page = await (await new_context()).new_page()
    await page.goto(f"{here.address}/hub/login?next=%2Fservices%2Fclassroom%2F")
    await page.get_by_label("Your name in the class").fill("learner-002")
    await page.get_by_text("This is my first time here").click()
    await page.get_by_label("Password, or your join code").fill(here.codes.pop("learner-002"))
    await page.get_by_label("Choose a password").fill(PASSWORD)
    await page.get_by_role("button", name="Come in").click()
    await expect(page.get_by_role("heading", name="My work")).to_be_visible()
    await expect(page.locator("#mine")).to_contain_text("Nobody did.")
    assert 403 == (await page.request.get(f"{here.address}/services/classroom/api/board")).status
