from __future__ import annotations

from sandbox_kernel.board.live import Learner
from sandbox_kernel.board.standing import QUIZ, Standing, after, is_stuck, part_of
from sandbox_kernel.wire_class import Checked, Hinted, Opened, Quizzed, Stumbled

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


def test_opening_a_lesson_anew_takes_its_old_error_away() -> None:
    lesson = after(Standing("ada", "till"), Stumbled("till", "NameError: x"), 5.0)
    assert "" == after(lesson, Opened("till"), 6.0).error


def test_a_question_is_a_part_of_its_own() -> None:
    wrong, right = Quizzed("till", "which", "ac", False), Quizzed("till", "which", "b", True)
    assert (QUIZ + "which", "refund", "") == (part_of(wrong), part_of(checked("fail")), part_of(Opened("till")))
    once = after(Standing("ada", "till", part_of(wrong)), wrong, 5.0)
    assert ("fail", 1, "question 'which': answered a, c") == (once.status, once.failures, once.error)
    passed = after(once, right, 6.0)
    assert ("pass", 0, 2, "", 6.0) == (
        passed.status, passed.failures, passed.attempts, passed.error, passed.progressed
    )  # fmt: skip
    assert "pass" == after(passed, wrong, 7.0).status


def row(*standings: Standing) -> dict[str, object]:
    return Learner("ada", "Ada", "learner", standings={(one.lesson, one.exercise): one for one in standings}).to_json()


def test_the_board_counts_questions_beside_exercises() -> None:
    exercise = after(BEGUN, checked("pass", 3.0), 10.0)
    right = after(Standing("ada", "till", QUIZ + "one"), Quizzed("till", "one", "a", True), 11.0)
    wrong = after(Standing("ada", "till", QUIZ + "two"), Quizzed("till", "two", "b", False), 12.0)
    shown = row(exercise, right, wrong)
    assert (1, [1, 2], "question 'two': answered b") == (shown["passed"], shown["quizzes"], shown["error"])
    assert {"exercise": "refund", "status": "pass"}.items() <= shown["at"].items()  # type: ignore[attr-defined]


def test_the_board_shows_the_newest_error_until_something_goes_well() -> None:
    failed = after(BEGUN, checked("fail", message="expected 3"), 10.0)
    stumbled = after(Standing("ada", "till"), Stumbled("till", "NameError: x"), 11.0)
    assert "NameError: x" == row(failed, stumbled)["error"]
    assert "" == row(after(failed, checked("pass", 3.0), 12.0), stumbled)["error"]
    right = after(Standing("ada", "till", QUIZ + "one"), Quizzed("till", "one", "a", True), 12.0)
    assert "" == row(stumbled, right)["error"]
    assert "expected 3" == row(failed, after(Standing("ada", "till"), Opened("till"), 12.0))["error"]
