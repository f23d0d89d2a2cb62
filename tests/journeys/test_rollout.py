"""One change for many real sandboxes, in stages, and taken back when it turns out bad."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from sandbox_kernel import ModuleNotFound, Sandbox, SandboxManager
from sandbox_kernel.host.rollout import ends

pytestmark = pytest.mark.kernel

NAMES = ["a", "b", "c", "d"]
OLD, NEW = "def price():\n    return 1\n", "def price():\n    return 2\n"
HEALTH = "import till; assert till.price() > 0, 'free of charge'"


@pytest.fixture
async def manager() -> AsyncIterator[SandboxManager]:
    async with SandboxManager() as manager:
        made = await manager.create_many(NAMES, modules={"till": OLD})
        assert all(isinstance(one, Sandbox) for one in made.values()), made
        yield manager


async def prices(manager: SandboxManager) -> dict[str, str]:
    found = await manager.run_many("import till; till.price()")
    return {name: result.text for name, result in found.items()}  # type: ignore[union-attr]


async def test_a_healthy_change_reaches_everyone(manager: SandboxManager) -> None:
    rollout = await manager.rollout({"till": NEW}, health=HEALTH, note="dearer")
    assert (True, tuple(NAMES), ()) == (rollout.ok, rollout.updated, rollout.untouched)
    assert dict.fromkeys(NAMES, "2") == await prices(manager)


async def test_an_unhealthy_change_is_taken_back_where_it_was(manager: SandboxManager) -> None:
    await manager.get("a").run("import till; till.count = 7")
    rollout = await manager.rollout({"till": NEW.replace("2", "0")}, health=HEALTH, stages=(2, 4))
    assert {"a": "AssertionError: free of charge", "b": "AssertionError: free of charge"} == rollout.failed
    assert (("a", "b"), {}, ("c", "d"), ()) == (
        rollout.restored, rollout.unrestored, rollout.untouched, rollout.updated
    )  # fmt: skip
    assert dict.fromkeys(NAMES, "1") == await prices(manager)
    assert "7" == (await manager.get("a").run("till.count")).text


async def test_what_turns_bad_in_a_later_stage_is_taken_back_from_the_first(manager: SandboxManager) -> None:
    await manager.get("c").run("import os; os.environ['BROKEN'] = '1'")
    health = "import os; assert 'BROKEN' not in os.environ"
    rollout = await manager.rollout({"till": NEW}, health=health, stages=(1, 0.75, 1.0))
    assert (["c"], ("a", "b", "c"), ("d",)) == (list(rollout.failed), rollout.restored, rollout.untouched)
    assert dict.fromkeys(NAMES, "1") == await prices(manager)


async def test_a_change_that_kills_is_taken_back_by_a_restart(manager: SandboxManager) -> None:
    rollout = await manager.rollout({"till": NEW}, ["a", "b"], health="import os; os._exit(1)", stages=(1,))
    assert (["a"], ("a",), ("b",)) == (list(rollout.failed), rollout.restored, rollout.untouched)
    assert dict.fromkeys(NAMES, "1") == await prices(manager)


async def test_a_host_may_judge_the_health(manager: SandboxManager) -> None:
    async def well(sandbox: Sandbox) -> bool:
        return (await sandbox.run("import till; till.price()")).text == "1"

    rollout = await manager.rollout({"till": NEW}, ["a"], health=well)
    assert {"a": "its health check returned false"} == rollout.failed
    assert dict.fromkeys(NAMES, "1") == await prices(manager)


async def test_a_variant_that_won_is_promoted(manager: SandboxManager) -> None:
    await manager.get("b").hot_reload("till", NEW)
    await manager.get("b").hot_reload("extra", "x = 1\n")
    with pytest.raises(ModuleNotFound, match="nothing"):
        await manager.promote("b", modules=["nothing"])
    done = await manager.promote("b", ["a", "b", "c"], modules=["till"])
    assert {"a": {"till": 2}, "c": {"till": 2}} == {name: report.versions for name, report in done.items()}  # type: ignore[union-attr]
    assert {"a": "2", "b": "2", "c": "2", "d": "1"} == await prices(manager)


@pytest.mark.parametrize(
    ("stages", "expected"),
    [((1, 0.25, 1.0), [1, 3, 10]), ((), [10]), ((20,), [10]), ((3, 2, 0.5), [3, 5, 10]), ((0.01,), [1, 10])],
)
def test_stages_are_numbers_or_shares(stages: tuple[float, ...], expected: list[int]) -> None:
    assert expected == ends(stages, 10)


@pytest.mark.parametrize("stage", [0, -1, 1.5, True, 0.0])
def test_a_stage_that_is_none_is_refused(stage: float) -> None:
    with pytest.raises(ValueError, match="a stage is a number of sandboxes or a share"):
        ends([stage], 10)
