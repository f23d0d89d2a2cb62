from __future__ import annotations

from sandbox_kernel.board.standing import Standing, after, is_stuck
from sandbox_kernel.wire_class import Checked, Hinted, Opened, Stumbled

BEGUN = Standing("ada", "till", "refund")


def checked(status: str, points: float = 0.0, message: str = "", *, counts: bool = True) -> Checked:
    return Checked("till", "1.0.0", "refund", "def refund(): ...", status, points, 3.0, message, counts)  # type: ignore[arg-type]


def test_three_failures_in_a_row_are_stuck() -> None:
    standing = BEGUN
    for time in (10.0, 20.0, 30.0):
        assert not is_stuck(standing, time)
        standing = after(standing, checked("fail", message="expected 3"), time)
    assert is_stuck(standing, 30.0)
    assert (3, 3, "expected 3") == (standing.attempts, standing.failures, standing.error)


def test_five_minutes_after_an_attempt_without_progress_are_stuck() -> None:
    standing = after(BEGUN, checked("error", message="your code raised"), 100.0)
    assert not is_stuck(standing, 399.0)
    assert is_stuck(standing, 400.0)


def test_more_points_are_progress_and_a_pass_ends_it() -> None:
    first = after(BEGUN, checked("fail"), 10.0)
    better = after(first, checked("fail", 1.0), 200.0)
    assert not is_stuck(better, 450.0)
    passed = after(better, checked("pass", 3.0), 460.0)
    assert (460.0, 0, "", 3.0) == (passed.progressed, passed.failures, passed.error, passed.best)
    assert not is_stuck(passed, 9999.0)


def test_passing_once_more_is_no_new_progress() -> None:
    passed = after(BEGUN, checked("pass", 3.0), 10.0)
    assert 10.0 == after(passed, checked("pass", 3.0), 500.0).progressed


def test_an_untouched_starter_counts_for_nothing() -> None:
    assert 0 == after(BEGUN, checked("fail", counts=False), 10.0).attempts


def test_opening_a_lesson_is_progress_once() -> None:
    opened = after(BEGUN, Opened("till"), 10.0)
    assert 10.0 == after(opened, Opened("till"), 99.0).progressed


def test_hints_and_errors_outside_a_check_are_kept() -> None:
    standing = after(after(BEGUN, Hinted("till", "refund", 2), 5.0), Stumbled("till", "NameError: x"), 6.0)
    assert (2, "NameError: x") == (standing.hints, standing.error)
