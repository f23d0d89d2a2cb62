"""The random tests that always run see the same examples on every machine and every supported Python."""

from __future__ import annotations

import hashlib
import random

from hypothesis import given, settings
from hypothesis import strategies as st

drawn: list[object] = []


@settings(max_examples=40)
@given(st.lists(st.tuples(st.integers(), st.floats(0, 9), st.text(max_size=4), st.booleans()), max_size=5))
def draw_some(value: object) -> None:
    drawn.append(value)


def test_hypothesis_draws_what_it_drew_when_the_tests_were_written() -> None:
    drawn.clear()
    draw_some()
    assert "537225e06b92d583" == hashlib.sha256(repr(drawn).encode()).hexdigest()[:16]


def test_a_seed_gives_the_same_choices_on_every_python() -> None:
    source = random.Random(7)
    found = [source.randint(0, 9), source.choice("abcdef"), *source.sample(range(100), 3)]
    assert [5, "b", 50, 83, 6] == found
