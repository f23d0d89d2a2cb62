"""A fix to a running class: hot-reloaded into sandboxes with their state, never over a learner's text, taken back again."""

from __future__ import annotations

import json
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
from opened import Class, opened_class
from visitor import Kernel, Visitor, until

pytestmark = [pytest.mark.kernel, pytest.mark.asyncio(loop_scope="module")]

PEOPLE = (("teach", "instructor"), ("ada", "learner"), ("bob", "learner"), ("eve", "learner"))
SERVICE = "services/classroom/api"
LESSON, STEM, CELL = "hot-code-loading", "07-hot-code-loading", "till-v1"
FIX_S = 10.0
OWN = "# bob's own version\n"


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Class]:
    with opened_class(tmp_path_factory.mktemp("school"), PEOPLE) as made:
        yield made


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def people(here: Class) -> AsyncIterator[dict[str, Visitor]]:
    made = {name: await here.visitor(name) for name, _ in PEOPLE}
    await made["teach"].board()
    for name in ("ada", "bob", "eve"):
        await made[name].server()
    yield made
    for visitor in made.values():
        await visitor.http.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def kernels(people: dict[str, Visitor]) -> AsyncIterator[dict[str, Kernel]]:
    """Ada and Eve run the lesson's module as it is, Bob a version of his own; all have live state in it."""
    made = {name: await opened(people[name]) for name in ("ada", "bob", "eve")}
    module = study.lesson(LESSON).modules[CELL].source
    head, _, body = module.partition("\n")
    for name, kernel in made.items():
        await kernel.run(f"{head}\n{OWN if name == 'bob' else ''}{body}")
        await kernel.run(f"import till; till.mark = 'of {name}'")
    yield made
    for kernel in made.values():
        await kernel.close()


async def opened(visitor: Visitor) -> Kernel:
    path = f"user/{visitor.name}/api/contents/{STEM}.ipynb?content=0"

    async def handed_out() -> bool:
        return await visitor.status_of("GET", path) == 200

    await until(handed_out, 30)
    kernel = await visitor.kernel(f"{STEM}.ipynb")
    await kernel.run(f"%sandbox_lesson {LESSON}")
    return kernel


def edit(here: Class, more: str) -> None:
    """The lesson's module with more lines at its end, in both notebooks, as a build leaves them."""
    for path in (here.course / f"{STEM}.ipynb", here.course / "source" / f"{STEM}.ipynb"):
        notebook = json.loads(path.read_text())
        (cell,) = [one for one in notebook["cells"] if one["id"] == CELL]
        text = cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])
        cell["source"] = text.rstrip() + "\n" + more
        path.write_text(json.dumps(notebook))


async def publish(teach: Visitor) -> int:
    return int((await teach.call("POST", f"{SERVICE}/revisions", {"lesson": LESSON, "note": "a fix"}))["revision"])


async def outcomes(teach: Visitor, number: int) -> dict[str, tuple[str, str]]:
    async def told() -> dict[str, tuple[str, str]]:
        found = await teach.call("GET", f"{SERVICE}/revisions")
        (one,) = [each for each in found["revisions"] if each["id"] == number]
        by = {each["learner"]: (each["outcome"], each["detail"]) for each in one["outcomes"]}
        return by if len(by) == 3 else {}

    return await until(told, FIX_S)


async def test_a_fix_is_hot_reloaded_with_state_kept_and_no_learners_version_replaced(
    here: Class, people: dict[str, Visitor], kernels: dict[str, Kernel]
) -> None:
    edit(here, "\ndef mended():\n    return 'mended'\n")
    began = time.monotonic()
    found = await outcomes(people["teach"], await publish(people["teach"]))
    assert time.monotonic() - began < FIX_S  # the promise itself
    assert {"ada": "applied", "bob": "kept", "eve": "applied"} == {
        name: outcome for name, (outcome, _) in found.items()
    }
    assert "till" in found["bob"][1]
    assert "mended of ada\n" == await kernels["ada"].run("print(till.mended(), till.mark)")
    assert "False of bob\n" == await kernels["bob"].run("print(hasattr(till, 'mended'), till.mark)")


async def test_a_fix_that_a_sandbox_refuses_changes_nothing_in_it_and_says_why(
    here: Class, people: dict[str, Visitor], kernels: dict[str, Kernel]
) -> None:
    edit(here, "\nassert not globals().get('mark'), 'this fix does not fit'\n")
    found = await outcomes(people["teach"], await publish(people["teach"]))
    assert "failed" == found["ada"][0]
    assert found["ada"][1]
    assert "mended of ada\n" == await kernels["ada"].run("print(till.mended(), till.mark)")


async def test_one_action_takes_the_fixes_back_one_by_one(
    people: dict[str, Visitor], kernels: dict[str, Kernel]
) -> None:
    teach = people["teach"]
    for _ in range(2):
        revisions: list[dict[str, Any]] = (await teach.call("GET", f"{SERVICE}/revisions"))["revisions"]
        taken_back = {one["takes_back"] for one in revisions}
        newest = next(one["id"] for one in revisions if not one["takes_back"] and one["id"] not in taken_back)
        found = await outcomes(teach, (await teach.call("POST", f"{SERVICE}/revisions/{newest}/take-back"))["revision"])
    assert "applied" == found["eve"][0]
    assert "False of eve\n" == await kernels["eve"].run("print(hasattr(till, 'mended'), till.mark)")
    assert "of bob\n" == await kernels["bob"].run("print(till.mark)")
