from __future__ import annotations

import pytest

from sandbox_kernel.host.review import findings


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("x = 1  # \u202e evil", "line 1: U+202E (right-to-left override) makes the line read otherwise than it runs"),
        ("a = 1\nad\u200bmin = 2", "line 2: U+200B (zero width space) cannot be seen"),
        ("\u0430bs = 1", "line 1: the name '\u0430bs' looks like 'abs', but is another name"),
        ("\uff50rint = 1", "line 1: the name '\uff50rint' is 'print' to Python"),
        ("pa\u0436 = 1", "line 1: the name 'pa\u0436' mixes the alphabets Cyrillic and Latin"),
        ("'\x1b[2J'", "line 1: U+001B (control character) is a control character; a terminal would obey it"),
    ],
)
def test_what_cannot_be_seen_is_said(code: str, message: str) -> None:
    assert message in findings(code)


@pytest.mark.parametrize("code", ["x = 'naïve'\n\tprint(x)", "größe = 1", "счёт = 2", "值 = 3", "é = 'π'"])
def test_honest_code_in_any_language_is_left_alone(code: str) -> None:
    assert [] == findings(code)


def test_findings_are_bounded() -> None:
    assert 101 == len(findings("\u0430\n" * 5000))
