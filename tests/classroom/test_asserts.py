"""Rewritten asserts: what a miss says."""

from __future__ import annotations

import pytest

from sandbox_kernel import plain
from sandbox_kernel.classroom.asserts import COMPARE_NAME, Miss, compile_check, expect


@pytest.mark.parametrize(
    ("check", "said"),
    [
        ("assert 1 + 1 == 3, 'Add.'", "expected 3, got 2. Add."),
        ("assert 2 != 2", "expected something other than 2, got 2."),
        ("assert 5 <= 3, 'Less.'", "expected at most 3, got 5. Less."),
        ("assert 4 in [1, 2], 'One of them.'", "expected one of [1, 2], got 4. One of them."),
        ("assert None is True", "expected True, got None."),
        ("assert not [1], 'Empty it.'", "Empty it."),
        ("assert 1 < 2 < 1, 'In order.'", "In order."),
    ],
)
def test_a_miss_says_expected_got_and_the_next_step(check: str, said: str) -> None:
    with pytest.raises(AssertionError) as caught:
        exec(compile_check(check, "<check>"), {COMPARE_NAME: expect})
    assert said == str(caught.value)


def test_a_hit_says_nothing() -> None:
    exec(compile_check("assert 2 == 2\nassert 1 in [1]", "<check>"), {COMPARE_NAME: expect})


def test_long_values_are_cut() -> None:
    with pytest.raises(Miss) as caught:
        expect("Eq", "x" * 10_000, "y")
    assert 400 > len(str(caught.value))


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        -(10**30),
        0.1,
        float("inf"),
        "ä\n\0",
        b"\0\xff",
        [1, [2]],
        (1,),
        {"a": (1, 2)},
        {1, 2},
        frozenset({3}),
        {},
    ],
)
def test_plain_data_comes_back_of_the_same_kind(value: object) -> None:
    back = plain.decode(plain.from_line(plain.to_line({"v": plain.encode(value, lambda _: 0)}))["v"], str)
    assert (type(value), value) == (type(back), back)


def test_a_subclass_is_no_plain_data() -> None:
    class Always(int):
        def __eq__(self, other: object) -> bool:
            return True

        __hash__ = int.__hash__

    assert {"handle": 7} == plain.encode(Always(3), lambda _: 7)


@pytest.mark.parametrize("data", [3, {"int": "x"}, {"a": 1, "b": 2}, {"dict": [[1]]}, {"what": 1}, {"list": None}])
def test_what_is_of_another_form_is_refused(data: object) -> None:
    with pytest.raises(plain.NotPlain):
        plain.decode(data, str)
