from __future__ import annotations

from typing import Any

import pytest

from sandbox_kernel.isolation.limits import PROFILES, Limits, limits_from


def test_a_profile_is_chosen_by_name_and_changed_key_by_key() -> None:
    assert PROFILES["strict"] == limits_from("strict")
    assert Limits(memory_mb=300) == limits_from({"memory_mb": 300})
    assert 300 == limits_from({"profile": "strict", "memory_mb": 300}).memory_mb
    assert PROFILES["strict"].processes == limits_from({"profile": "strict", "memory_mb": 300}).processes


def test_limits_go_through_json_unchanged() -> None:
    assert PROFILES["strict"] == Limits(**PROFILES["strict"].to_json())


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"memory_mb": 12}, "limit memory_mb is 12, but a kernel needs at least 128 to start; 0 means no limit"),
        ({"memory_mb": -1}, "limit memory_mb is -1; give a whole number from 0 on, where 0 means no limit"),
        ({"profile": "lax"}, "there is no profile 'lax'; there are strict, classroom, trusted"),
        ("lax", "there is no profile 'lax'; there are strict, classroom, trusted"),
    ],
)
def test_a_wrong_value_is_refused_with_the_next_step(given: Any, message: str) -> None:  # Any: wrong on purpose
    with pytest.raises(ValueError) as caught:
        limits_from(given)
    assert message == str(caught.value)


def test_an_unknown_limit_names_the_known_ones() -> None:
    with pytest.raises(ValueError, match="there is no limit 'ram'; there are cell_seconds, cpu_seconds, cpus"):
        limits_from({"ram": 1})


@pytest.mark.parametrize("value", ["512", True, 1.5, None])
def test_a_limit_of_the_wrong_type_is_refused(value: Any) -> None:  # Any: wrong on purpose
    with pytest.raises(TypeError, match="limit memory_mb must be a whole number, not "):
        limits_from({"memory_mb": value})
