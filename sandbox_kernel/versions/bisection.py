"""Finds the version that broke something, with as few checks as possible. Pure: the caller runs the check."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

Verdict = Literal["good", "bad", "untestable"]


@dataclass(frozen=True, slots=True)
class Bisection:
    """`first_bad` is the version that broke it, `last_good` the one before; 0 where there is none.

    `untestable` are the versions between these two that could not be checked: each of them may be the culprit as well.
    `tried` has every check in the order it was made.
    """

    first_bad: int
    last_good: int
    untestable: tuple[int, ...]
    tried: tuple[tuple[int, Verdict], ...]

    @property
    def summary(self) -> str:
        """One sentence."""
        if not self.tried:
            return "there is no version to check; apply a change first"
        if not self.first_bad:
            if all(verdict == "untestable" for _, verdict in self.tried):
                return "no version could be checked; try a check that fits the module's names"
            return "every version that was checked passes, the newest too"
        if not self.last_good:
            return f"version {self.first_bad} fails already, and there is no older one that passes"
        also = f"; {_listed(self.untestable)} could not be checked and may be it as well" if self.untestable else ""
        return f"version {self.first_bad} broke it: version {self.last_good} passes{also}"


def bisect(numbers: Sequence[int], check: Callable[[int], Verdict]) -> Bisection:
    """`numbers` in order, oldest first. Each number is checked at most once, about log2 of them in all.

    As with any bisection it is taken that what broke stayed broken. Where a version cannot be checked, its nearest
    neighbours are tried instead.
    """
    verdicts: dict[int, Verdict] = {}

    def ask(index: int) -> Verdict:
        number = numbers[index]
        if number not in verdicts:
            verdicts[number] = check(number)
        return verdicts[number]

    bad = next((index for index in reversed(range(len(numbers))) if ask(index) != "untestable"), -1)
    if bad < 0 or ask(bad) == "good":
        return Bisection(0, numbers[bad] if bad >= 0 else 0, (), tuple(verdicts.items()))
    good = next((index for index in range(bad) if ask(index) != "untestable"), bad)
    if good == bad or ask(good) == "bad":
        return Bisection(numbers[good], 0, (), tuple(verdicts.items()))
    while True:
        middle = _testable(good, bad, ask)
        if middle is None:
            break
        if ask(middle) == "good":
            good = middle
        else:
            bad = middle
    return Bisection(numbers[bad], numbers[good], tuple(numbers[good + 1 : bad]), tuple(verdicts.items()))


def _testable(good: int, bad: int, ask: Callable[[int], Verdict]) -> int | None:
    """The index nearest to the middle that can be checked; None when nothing is left between."""
    middle = (good + bad) // 2
    for index in sorted(range(good + 1, bad), key=lambda index: abs(index - middle)):
        if ask(index) != "untestable":
            return index
    return None


def _listed(numbers: Sequence[int]) -> str:
    return ("version " if len(numbers) == 1 else "versions ") + ", ".join(str(number) for number in numbers)
