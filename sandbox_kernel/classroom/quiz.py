"""A quiz: a question with choices in plain Markdown, `- [x]` for a right one, `> why` below it. Pure.

What stays when a module is reloaded?

- [x] the state of its workers
- [ ] the text of the old functions
> The new text takes its place; the old one is kept as a version.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

_CHOICE = re.compile(r"^- \[(?P<mark>[ xX])\] (?P<text>.*)$")


@dataclass(frozen=True, slots=True)
class Choice:
    """`why` is said to somebody who got this choice wrong."""

    text: str
    right: bool
    why: str = ""


@dataclass(frozen=True, slots=True)
class Quiz:
    question: str
    choices: tuple[Choice, ...]

    @property
    def right(self) -> list[str]:
        return [choice.text for choice in self.choices if choice.right]


def read_quiz(source: str) -> Quiz:
    """What is no choice and no reason belongs to the question."""
    question: list[str] = []
    choices: list[Choice] = []
    for line in source.split("\n"):
        match = _CHOICE.match(line)
        if match is not None:
            choices.append(Choice(match["text"].strip(), match["mark"] != " "))
        elif line.startswith("> ") and choices:
            last = choices[-1]
            choices[-1] = Choice(last.text, last.right, f"{last.why} {line[2:].strip()}".strip())
        else:
            question.append(line)
    return Quiz("\n".join(question).strip(), tuple(choices))


def judge(quiz: Quiz, picked: Collection[int]) -> tuple[bool, list[str]]:
    """Whether exactly the right ones were picked, and a sentence for each choice that was not as it should be."""
    notes = []
    for number, choice in enumerate(quiz.choices):
        if (number in picked) != choice.right:
            how = "this belongs to it" if choice.right else "this is not so"
            notes.append(f"{letter(number)}) {choice.text}: {how}. {choice.why}".strip())
    return not notes, notes


def letter(number: int) -> str:
    return chr(ord("a") + number)
