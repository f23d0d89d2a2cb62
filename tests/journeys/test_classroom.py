"""A class from the command line to the gradebook, over real HTTP and websockets: JupyterHub, servers, sandboxes, service."""

from __future__ import annotations

import asyncio
import csv
import io
import sys
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

pytest.importorskip("jupyterhub", reason="the extra `classroom` is not installed")
sys.path.insert(0, str(Path(__file__).parent.parent / "classes"))

import study
from opened import PASSWORD, Class, opened_class
from visitor import Kernel, Visitor, until

pytestmark = [pytest.mark.kernel, pytest.mark.asyncio(loop_scope="module")]

PEOPLE = (("teach", "instructor"), ("tim", "assistant"), ("ada", "learner"), ("bob", "learner"))
NOTEBOOK = "01-functions-and-predictions.ipynb"
SERVICE = "services/classroom/api"


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Class]:
    with opened_class(tmp_path_factory.mktemp("school"), PEOPLE) as made:
        yield made


async def come_in(here: Class, name: str) -> AsyncIterator[Visitor]:
    visitor = await here.visitor(name)
    yield visitor
    await visitor.http.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def teach(here: Class) -> AsyncIterator[Visitor]:
    async for visitor in come_in(here, "teach"):
        await visitor.board()
        yield visitor


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def ada(here: Class) -> AsyncIterator[Visitor]:
    async for visitor in come_in(here, "ada"):
        await visitor.server()
        yield visitor


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bob(here: Class) -> AsyncIterator[Visitor]:
    async for visitor in come_in(here, "bob"):
        await visitor.server()
        yield visitor


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def kernel(ada: Visitor) -> AsyncIterator[Kernel]:
    made = await lesson_kernel(ada)
    yield made
    await made.close()


async def lesson_kernel(visitor: Visitor) -> Kernel:
    """A kernel of the first lesson's notebook, once that was handed out."""
    path = f"user/{visitor.name}/api/contents/{NOTEBOOK}?content=0"

    async def is_there() -> bool:
        return await visitor.status_of("GET", path) == 200

    await until(is_there)
    kernel = await visitor.kernel(NOTEBOOK)
    assert "Exercises:" in await kernel.run(study.opening(study.lesson()))
    return kernel


async def board(teach: Visitor, name: str, wanted: Any, timeout_s: float = 20) -> dict[str, Any]:  # Any: JSON
    """The learner's row as soon as `wanted` holds of it."""
    boot, number = "", 0
    async with asyncio.timeout(timeout_s):
        while True:
            found = await teach.call("GET", f"{SERVICE}/board?boot={boot}&number={number}")
            boot, number = found["boot"], found["number"]
            for row in found["learners"]:
                if row["name"] == name and wanted(row):
                    return dict(row)


async def test_a_join_code_works_once_and_only_for_its_name(here: Class, ada: Visitor) -> None:
    async with Visitor(here.address, "bob") as eve:
        assert 403 == await eve.come_in("another password", code=here.codes.get("tim", "AAAA-AAAA"))
    async with Visitor(here.address, "ada") as again:
        assert 403 == await again.come_in("wrong password")
        assert 302 == await again.come_in(PASSWORD)
    async with Visitor(here.address, "mallory") as mallory:
        assert 403 == await mallory.come_in(PASSWORD)


async def test_lessons_are_handed_out_with_their_pictures(here: Class, kernel: Kernel) -> None:
    files = here.directory / "learners/ada/files"
    assert {path.name for path in here.course.glob("*.ipynb")} == {path.name for path in files.glob("*.ipynb")}
    assert {path.name for path in (here.course / "images").iterdir()} == {
        path.name for path in (files / "images").iterdir()
    }


async def test_a_check_reaches_the_board_within_two_seconds(teach: Visitor, kernel: Kernel) -> None:
    cells = study.answers(study.lesson(), "ticket")
    await kernel.run(cells["wrong"])
    assert "not yet" in await kernel.run(cells["check"])
    checked = time.monotonic()
    row = await board(teach, "ada", lambda row: row["at"] and row["at"]["attempts"] == 1)
    assert time.monotonic() - checked < 2.0  # the promise itself
    assert ("functions", "ticket", 1, "fail") == tuple(
        row["at"][key] for key in ("lesson", "exercise", "failures", "status")
    )
    assert "not written yet" in row["at"]["error"]


async def test_questions_and_errors_outside_checks_reach_the_board(teach: Visitor, kernel: Kernel) -> None:
    lesson = study.lesson("supervisors")
    await kernel.run(study.opening(lesson))
    await kernel.run("1 / 0")
    await board(teach, "ada", lambda row: row["error"] == "ZeroDivisionError: division by zero")
    await kernel.run("%sandbox_quiz tree-quiz z")
    row = await board(teach, "ada", lambda row: row["quizzes"] == [0, 1])
    assert "question 'tree-quiz': answered z" == row["error"]
    await kernel.run(f"%sandbox_quiz tree-quiz {study.right_letters(lesson, 'tree-quiz')}")
    assert "" == (await board(teach, "ada", lambda row: row["quizzes"] == [1, 1]))["error"]
    await kernel.run(study.opening(study.lesson()))


async def test_the_service_checks_again_and_grades_what_it_found(teach: Visitor, kernel: Kernel) -> None:
    cells = study.answers(study.lesson(), "ticket")
    await kernel.run(cells["right"])
    assert "passed" in await kernel.run(cells["check"])
    await board(teach, "ada", lambda row: row["points"] == 3.0, 40)
    text = await teach.call("GET", f"{SERVICE}/grades.csv")
    (row,) = [one for one in csv.DictReader(io.StringIO(text)) if one["exercise"] == "ticket"]
    assert ("ada", "3.0", "3.0", "pass") == (row["learner"], row["points"], row["max_points"], row["status"])


async def test_a_forged_result_earns_nothing(teach: Visitor, bob: Visitor) -> None:
    """Bob's code writes the desk's own message: passed, with all points. The board shows it; the grade is zero."""
    kernel = await lesson_kernel(bob)
    forged = (
        "import json, os, pathlib\n"
        "place = pathlib.Path(os.environ['SANDBOX_KERNEL_DIR'], '.sandbox', 'outbox')\n"
        "place.mkdir(parents=True, exist_ok=True)\n"
        "facts = dict(type='checked', lesson='functions', version='1', exercise='ticket', status='pass', points=99.0,\n"
        "             max_points=99.0, answer='def ticket_price(age): return 1')\n"
        "(place / '1.json').write_text(json.dumps(facts))\n"
    )
    await kernel.run(forged)
    await board(teach, "bob", lambda row: row["at"] and row["at"]["status"] == "pass")

    async def grade() -> dict[str, Any]:  # Any: JSON
        found = await teach.call("GET", f"{SERVICE}/grades.json")
        return next((one for one in found["grades"] if one["learner"] == "bob" and not one["waiting"]), {})

    found = await until(grade, 40)
    assert found["points"] < 3.0
    assert "pass" != found["status"]
    await kernel.close()


async def test_a_look_is_read_only_told_to_the_learner_and_in_the_audit(
    teach: Visitor, ada: Visitor, kernel: Kernel
) -> None:
    told = await ada.call("POST", "user/ada/sandbox-classroom/window", {"window": "w", "state": ""})
    look = (await teach.call("POST", f"{SERVICE}/looks", {"learner": "ada"}))["look"]
    while not told["looks"]:
        told = await ada.call("POST", "user/ada/sandbox-classroom/window", {"window": "w", "state": told["state"]})
    assert [{"type": "look", "id": look, "viewer": "teach"}] == told["looks"]
    assert None is await teach.call("GET", f"{SERVICE}/looks/{look}"), "the window does not show it yet"
    shown = {"window": "w", "state": "", "shown": [look], "open": [NOTEBOOK]}
    await ada.call("POST", "user/ada/sandbox-classroom/window", shown)

    async def seen() -> Any:  # Any: JSON
        return await teach.call("GET", f"{SERVICE}/looks/{look}")

    page = await until(seen)
    assert NOTEBOOK == page["path"]
    assert any("ticket_price" in cell["source"] for cell in page["cells"])
    await teach.call("DELETE", f"{SERVICE}/looks/{look}")
    assert 404 == await teach.status_of("GET", f"{SERVICE}/looks/{look}")
    audit = (await teach.call("GET", f"{SERVICE}/audit"))["audit"]
    assert {("teach", "looked", "ada"), ("teach", "looked away", "ada")} <= {
        (one["who"], one["what"], one["learner"]) for one in audit
    }
    await ada.board()
    assert "teach" == (await ada.call("GET", f"{SERVICE}/mine"))["look"][0]["viewer"]


async def test_a_suggestion_is_the_learners_to_take_or_leave(teach: Visitor, ada: Visitor) -> None:
    asked = {
        "learner": "ada",
        "lesson": "functions",
        "exercise": "ticket",
        "text": "def ticket_price(age): ...",
        "note": "look",
    }
    number = (await teach.call("POST", f"{SERVICE}/suggestions", asked))["suggestion"]
    told: dict[str, Any] = {"suggestions": [], "state": ""}  # Any: JSON
    while not told["suggestions"]:
        told = await ada.call("POST", "user/ada/sandbox-classroom/window", {"window": "w", "state": told["state"]})
    assert [(number, "teach", "ticket")] == [(one["id"], one["author"], one["exercise"]) for one in told["suggestions"]]
    decision = {"type": "decided", "suggestion": number, "accepted": False}
    await ada.call("POST", "user/ada/sandbox-classroom/decision", decision)

    async def is_declined() -> bool:
        found = await teach.call("GET", f"{SERVICE}/learners/ada")
        return bool(found["suggestion"][0]["state"] == "declined")

    await until(is_declined)


async def test_a_learners_data_can_be_taken_away_and_deleted(teach: Visitor, bob: Visitor) -> None:
    data = await teach.call("GET", f"{SERVICE}/people/bob")
    assert ["ticket"] == [one["exercise"] for one in data["attempt"]]
    await teach.call("DELETE", f"{SERVICE}/people/bob")
    assert [] == (await teach.call("GET", f"{SERVICE}/people/bob"))["attempt"]
    assert [] == [
        one for one in (await teach.call("GET", f"{SERVICE}/grades.json"))["grades"] if one["learner"] == "bob"
    ]


async def test_a_killed_command_leaves_nothing_running(tmp_path: Path) -> None:
    with opened_class(tmp_path, (("ada", "learner"),)) as other:
        async with await other.visitor("ada") as visitor:
            await visitor.server()
        ours = other.processes()
        assert other.process is not None
        other.process.kill()

        async def all_gone() -> bool:
            return not any(Path(f"/proc/{number}/exe").exists() for number in ours if number != other.process.pid)

        await until(all_gone, 30)
        other.process.wait()
        assert other.process.stdout is not None
        other.process.stdout.close()
        other.process = None


async def test_the_class_stops_cleanly_and_goes_on_where_it_was(here: Class, teach: Visitor) -> None:
    """The last test of the file: nothing is left running, and after a new start all is there, passwords and grades too."""
    before = await teach.call("GET", f"{SERVICE}/grades.json")
    async with await here.visitor("tim") as tim:
        await tim.board()
        assert 200 == await tim.status_of("GET", f"{SERVICE}/board?boot=&number=0")
    ours = here.processes()
    assert len(ours) >= 5
    assert 0 == here.close()
    assert "closes" in here.said
    assert [] == [number for number in ours if Path(f"/proc/{number}").exists()]
    here.people = (("teach", "instructor"), ("tim", "learner"), ("ada", "learner"))
    here.open()
    async with Visitor(here.address, "teach") as again:
        assert 302 == await again.come_in(PASSWORD)
        await again.board()
        assert before == await again.call("GET", f"{SERVICE}/grades.json")
    async with await here.visitor("tim") as tim:
        await tim.board()
        assert 403 == await tim.status_of("GET", f"{SERVICE}/board"), "the new roster makes him a learner"
    async with Visitor(here.address, "bob") as bob:
        assert 403 == await bob.come_in(PASSWORD), "the new roster does not have him"
    assert "bob" not in here.codes, "a used code is not printed again"
