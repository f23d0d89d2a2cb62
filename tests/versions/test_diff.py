"""Diffs and bisection."""

from __future__ import annotations

import math
from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from sandbox_kernel.versions.bisection import Bisection, Verdict, bisect
from sandbox_kernel.versions.diff import DiffRow, count_lines, rows, unified

LINES = st.lists(st.sampled_from(["a", "b", "c", ""]), max_size=12).map(lambda lines: "".join(f"{x}\n" for x in lines))


def test_side_by_side_pairs_changed_lines() -> None:
    assert [
        DiffRow("same", 1, "one", 1, "one"),
        DiffRow("changed", 2, "two", 2, "2"),
        DiffRow("same", 3, "three", 3, "three"),
        DiffRow("added", 0, "", 4, "four"),
    ] == rows("one\ntwo\nthree\n", "one\n2\nthree\nfour\n")


def test_context_keeps_only_what_is_near_a_difference() -> None:
    left = "".join(f"{number}\n" for number in range(20))
    assert [9, 10, 11] == [row.left_line for row in rows(left, left.replace("9\n", "x\n", 1), context=1)]


def test_equal_texts_have_no_unified_diff() -> None:
    assert "" == unified("a\n", "a\n")


def test_a_unified_diff_names_both_sides() -> None:
    assert "--- cart v1\n+++ cart v2\n@@ -1 +1 @@\n-a\n+b\n" == unified(
        "a\n", "b\n", left_name="cart v1", right_name="cart v2"
    )


def test_a_difference_in_line_endings_alone_is_said() -> None:
    assert "only line endings" in unified("a\r\n", "a\n")


@given(LINES, LINES)
def test_both_sides_can_be_read_back_from_the_rows(left: str, right: str) -> None:
    found = rows(left, right)
    assert left.splitlines() == [row.left for row in found if row.left_line]
    assert right.splitlines() == [row.right for row in found if row.right_line]


@given(LINES, LINES)
def test_counted_lines_explain_the_difference_in_length(left: str, right: str) -> None:
    added, removed = count_lines(left, right)
    assert len(right.splitlines()) - len(left.splitlines()) == added - removed
    assert (added == removed == 0) == (left.splitlines() == right.splitlines())


def test_a_long_rewritten_text_is_counted_by_its_lines() -> None:
    left = "".join(f"old {number}\n" for number in range(3000))
    assert (3000, 3000) == count_lines(left, left.replace("old", "new"))


# -- bisection ------------------------------------------------------------------------------------------------------


def breaks_at(first_bad: int, untestable: frozenset[int] = frozenset()) -> Callable[[int], Verdict]:
    return lambda number: "untestable" if number in untestable else "good" if number < first_bad else "bad"


@given(st.sets(st.integers(1, 500), min_size=2, max_size=60), st.data())
def test_bisection_finds_the_first_bad_version_in_few_checks(found: set[int], data: st.DataObject) -> None:
    numbers = sorted(found)
    first_bad = data.draw(st.sampled_from(numbers[1:]))
    result = bisect(numbers, breaks_at(first_bad))
    assert (first_bad, numbers[numbers.index(first_bad) - 1]) == (result.first_bad, result.last_good)
    assert len(result.tried) <= math.ceil(math.log2(len(numbers))) + 2


@given(st.integers(2, 40), st.data())
def test_bisection_works_around_versions_that_cannot_be_checked(size: int, data: st.DataObject) -> None:
    numbers = list(range(1, size + 1))
    first_bad = data.draw(st.sampled_from(numbers[1:]))
    skipped = data.draw(st.frozensets(st.sampled_from(numbers)))
    result = bisect(numbers, breaks_at(first_bad, skipped))
    if result.first_bad and result.last_good:
        assert result.last_good < first_bad <= result.first_bad
        assert first_bad in {result.first_bad, *result.untestable}
        assert set(result.untestable) <= skipped
    assert len(result.tried) == len({number for number, _ in result.tried})


def test_bisection_says_in_one_sentence_what_it_found() -> None:
    assert "version 3 broke it: version 2 passes" == bisect([1, 2, 3, 4], breaks_at(3)).summary
    told = bisect([1, 2, 3, 4], breaks_at(3, frozenset({2}))).summary
    assert "version 3 broke it: version 1 passes; version 2 could not be checked and may be it as well" == told
    assert "every version that was checked passes" in bisect([1, 2], breaks_at(9)).summary
    assert "version 1 fails already" in bisect([1, 2], breaks_at(0)).summary
    assert "no version could be checked" in bisect([1], breaks_at(1, frozenset({1}))).summary
    assert "apply a change first" in Bisection(0, 0, (), ()).summary
