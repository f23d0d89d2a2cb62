"""What a person who reads code cannot see in it: text that runs backwards, invisible letters, names that look like others.

Called before code of a sandbox is shown to whoever reviews or grades it. Pure; a finding is one sentence. It looks at
letters only and is no check of what the code does.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

_NAME: Final = re.compile(r"[^\W\d]\w*")
_BACKWARDS: Final = set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_INVISIBLE: Final = set(
    "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180e\u200b\u200c\u200d\u2060\u2061\u2062\u2063\u2064\u3164\ufeff\uffa0"
)
# Letters of other alphabets that most fonts draw as the Latin letter beside them.
_LOOK_ALIKE: Final = dict(
    zip(
        "аеорсухіјѕһԁԛԝгпвкмнтАВЕКМНОРСТУХІЈЅԌԚԜαοριντυκχΑΒΕΖΗΙΚΜΝΟΡΤΥΧօսոհցքզՕՍႽℓ",
        "aeopcyxijshdqwrnbkmhtABEKMHOPCTYXIJSGQWaopivtukxABEZHIKMNOPTYXounhgpqOUSl",
        strict=True,
    )
)
_MOST_FINDINGS: Final = 100


def findings(code: str) -> list[str]:
    """One sentence per thing that a reader would not see, with its line, in the order of the text."""
    found: list[str] = []
    for number, line in enumerate(code.splitlines(), 1):
        for what in (*_of_letters(line), *_of_names(line)):
            found.append(f"line {number}: {what}")
            if len(found) >= _MOST_FINDINGS:
                return [*found, "and more; nobody writes code like this by accident"]
    return found


def _of_letters(line: str) -> Iterator[str]:
    letters = set(line)
    for letter in sorted(letters & _BACKWARDS):
        yield f"{_named(letter)} makes the line read otherwise than it runs"
    for letter in sorted(letters & _INVISIBLE):
        yield f"{_named(letter)} cannot be seen"
    for letter in sorted(letters):
        if unicodedata.category(letter) == "Cc" and letter not in "\t\n\r\f":
            yield f"{_named(letter)} is a control character; a terminal would obey it"


def _of_names(line: str) -> Iterator[str]:
    for name in dict.fromkeys(_NAME.findall(line)):
        if name.isascii():
            continue
        plain = unicodedata.normalize("NFKC", name)
        looks = "".join(_LOOK_ALIKE.get(letter, letter) for letter in plain)
        if plain != name and plain.isascii():
            yield f"the name {name!r} is {plain!r} to Python"
        elif looks != plain and looks.isascii():
            yield f"the name {name!r} looks like {looks!r}, but is another name"
        elif len(alphabets := _alphabets(plain)) > 1:
            yield f"the name {name!r} mixes the alphabets {' and '.join(sorted(alphabets))}"


def _alphabets(name: str) -> set[str]:
    letters = [letter for letter in name if unicodedata.category(letter).startswith("L")]
    return {unicodedata.name(letter, "UNKNOWN LETTER").split()[0].title() for letter in letters}


def _named(letter: str) -> str:
    return f"U+{ord(letter):04X} ({unicodedata.name(letter, 'control character').lower()})"
