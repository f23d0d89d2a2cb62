"""Which state may follow which, and when a crashed kernel comes back."""

from __future__ import annotations

import signal
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox_kernel.host.status import NEXT, RestartPolicy, Status, check_transition, describe_exit


def test_every_state_has_a_way_on_and_only_to_known_ones() -> None:
    known = set(get_args(Status))
    assert known == set(NEXT)
    assert all(after and after <= known for after in NEXT.values())


@pytest.mark.parametrize(
    ("before", "after"), [("running", "initializing"), ("crashed", "running"), ("stopped", "running")]
)
def test_a_step_that_must_not_happen_raises(before: Status, after: Status) -> None:
    with pytest.raises(RuntimeError, match=f"cannot go from '{before}' to '{after}'"):
        check_transition(before, after)


def test_never_means_never() -> None:
    assert not RestartPolicy("never").allows([1.0], 1.0)


def test_restarts_within_the_window_are_counted() -> None:
    policy = RestartPolicy("on_crash", max_restarts=2, max_seconds=10)
    answers = [
        policy.allows(crashes, crashes[-1]) for crashes in ([0.0], [0.0, 1.0], [0.0, 1.0, 2.0], [0.0, 1.0, 12.0])
    ]
    assert [True, True, False, True] == answers


@given(st.lists(st.floats(0, 1000), min_size=1).map(sorted), st.integers(0, 5), st.floats(0.1, 100))
def test_a_restart_is_allowed_exactly_while_the_window_holds_few_enough(
    crashes: list[float], allowed: int, window: float
) -> None:
    policy = RestartPolicy("on_crash", max_restarts=allowed, max_seconds=window)
    inside = sum(crashes[-1] - crash <= window for crash in crashes)
    assert (inside <= allowed) == policy.allows(crashes, crashes[-1])


def test_a_policy_of_another_name_is_refused() -> None:
    with pytest.raises(ValueError, match="'never' or 'on_crash', not 'always'"):
        RestartPolicy("always")  # type: ignore[arg-type]  # the point of the test


@pytest.mark.parametrize(
    ("status", "stderr", "expected"),
    [
        (-signal.SIGKILL, "", "the kernel was ended by SIGKILL (out of memory, or killed from outside)"),
        (-signal.SIGSEGV, "a\n  Fatal error \n\n", "the kernel was ended by SIGSEGV; it said last: Fatal error"),
        (3, "", "the kernel ended with exit status 3"),
        (-250, "", "the kernel was ended by signal 250"),
        (None, "", "the kernel ended"),
    ],
)
def test_an_exit_is_told_in_one_sentence(status: int | None, stderr: str, expected: str) -> None:
    assert expected == describe_exit(status, stderr)
