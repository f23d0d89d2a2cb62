"""`sandbox_kernel.testing`, used by a project that embeds sandboxes: pytest runs it as a stranger would."""

from __future__ import annotations

import os

import pytest

from sandbox_kernel import BlockingManager, CompileError
from sandbox_kernel.testing import assert_no_leaks, assert_running, assert_version, eventually, stress

pytest_plugins = ["pytester"]
pytestmark = pytest.mark.kernel


@pytest.fixture
def box():
    with BlockingManager() as manager:
        yield manager.create("box", modules={"till": "count = 0\n"})


def test_the_fixtures_work_in_a_project_of_its_own(pytester: pytest.Pytester) -> None:
    pytester.makeconftest('pytest_plugins = ["sandbox_kernel.testing"]')
    pytester.makepyfile("""
        from sandbox_kernel.testing import assert_running, assert_version

        def test_an_empty_one(sandbox):
            assert_running(sandbox)

        def test_from_a_project(make_sandbox, project_dir):
            root = project_dir(till="count = 0", **{"shop.cart": "import till"})
            box = make_sandbox("shop", directory=root)
            box.reload_files("till")
            assert_version(box, "till", 1)

        def test_a_leak_fails(sandbox_manager):
            from sandbox_kernel import BlockingManager
            box = BlockingManager().create("left")
    """)
    result = pytester.runpytest_subprocess("-q", "-p", "no:cacheprovider")
    result.assert_outcomes(passed=3, errors=1)
    result.stdout.fnmatch_lines(["*kernels were left running*"])


def test_a_crashed_sandbox_is_not_running(box) -> None:
    assert_running(box)
    box.run("import os; os._exit(1)")
    with pytest.raises(AssertionError, match="sandbox 'box' is crashed"):
        assert_running(box)


def test_the_live_version_is_that_of_the_kernel_too(box) -> None:
    assert_version(box, "till", 1)
    with pytest.raises(AssertionError, match="'till' is live at version 1, not 2"):
        assert_version(box, "till", 2)
    with pytest.raises(AssertionError, match="has no module 'tall'; it has till"):
        assert_version(box, "tall", 1)


def test_waiting_tells_what_it_saw_last() -> None:
    numbers = iter(range(10))
    eventually(lambda: next(numbers), 5)
    with pytest.raises(AssertionError, match="it is still 1, not 2"):
        eventually(lambda: 1, 2, timeout_s=0.05)


def test_open_descriptors_are_a_leak() -> None:
    opened: list[int] = []
    with pytest.raises(AssertionError, match="descriptors were left open"), assert_no_leaks(grace_s=0.1):
        opened += [os.open(os.devnull, os.O_RDONLY) for _ in range(32)]
    for descriptor in opened:
        os.close(descriptor)


def test_a_stress_run_does_every_operation_and_finds_the_model_true(box) -> None:
    refused = {"bad edit": lambda box: box.hot_reload("till", "def (:\n")}
    made = stress(box, 4.0, operations=refused, seed=1)
    assert {"run", "reload", "refused", "rollback"} <= set(made.done)
    assert made.total > 10
    assert 1 == len(made.errors)
    with pytest.raises(CompileError):
        box.hot_reload("till", "def (:\n")


def test_a_stress_run_notices_a_lost_call(box) -> None:
    def cheat(box) -> None:
        box.run("import sandbox_kernel_stressed as s; s.calls -= 1")

    with pytest.raises(AssertionError, match="gave"):
        stress(box, 10.0, operations={"cheat": cheat})
