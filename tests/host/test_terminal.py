"""What a sandbox printed does nothing to the terminal that shows it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox_kernel.host.terminal import clean


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("one\n\ttwo\r\n", "one\n\ttwo\r\n"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07a", "a"),
        ("\x1b]52;c;Z2V0\x1b\\a", "a"),
        ("\x1b[2J\x1b[1;1Hgone", "gone"),
        ("a\x08\x00\x7f\x9bb", "ab"),
        ("ab\u202ecd\u2066", "abcd"),
        ("naïve 漢字 🙂", "naïve 漢字 🙂"),
    ],
)
def test_what_a_terminal_would_obey_is_taken_out(text: str, plain: str) -> None:
    assert plain == clean(text, colour=False)


def test_colours_alone_reach_a_terminal() -> None:
    assert "\x1b[1;31mred\x1b[0m" == clean("\x1b[1;31mred\x1b[0m\x1b[2J", colour=True)


@given(st.text(st.sampled_from("\x1b[]0;m1\x07\x9bAH?2J\\ \u202e")))
def test_no_escape_is_left_whatever_is_sent(text: str) -> None:
    assert not set(clean(text, colour=False)) & {"\x1b", "\x9b", "\x07", "\u202e"}
