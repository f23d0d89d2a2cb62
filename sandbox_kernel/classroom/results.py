"""What a check says: a superset of the `results.json` version 3 that exercise platforms read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

VERSION = 3
Status = Literal["pass", "fail", "error"]


@dataclass(frozen=True, slots=True)
class TestResult:
    """One `test_*` function. `description` is its docstring, `message` empty for a pass, `output` what was printed."""

    __test__ = False  # for pytest, which collects by name

    name: str
    status: Status
    description: str = ""
    message: str = ""
    output: str = ""
    seconds: float = 0.0
    traceback: str = ""


@dataclass(frozen=True, slots=True)
class Results:
    """All tests of one check. `points` of `max_points` are partial: each test weighs the same.

    `isolation` is the level that the learner's code ran at, seen from outside.
    """

    exercise: str
    status: Status
    tests: tuple[TestResult, ...] = ()
    message: str = ""
    points: float = 0.0
    max_points: float = 0.0
    nonce: str = ""
    isolation: str = ""
    version: int = field(default=VERSION)

    def to_json(self) -> dict[str, Any]:  # Any: JSON
        return asdict(self)

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> Results:  # Any: JSON
        """What `to_json` gave."""
        tests = tuple(TestResult(**test) for test in data["tests"])
        return Results(**{**data, "tests": tests})

    def said(self) -> str:
        """Every message, one to a line: what a wrong answer's pattern is looked for in."""
        return "\n".join(filter(None, [self.message, *(test.message for test in self.tests)]))


def summarise(exercise: str, tests: Iterable[TestResult], max_points: float, nonce: str = "") -> Results:
    """An error outranks a failure; no tests at all is an error, never a pass."""
    ran = tuple(tests)
    if not ran:
        return Results(exercise, "error", message="this check has no test_ function; tell the lesson's author")
    states = {test.status for test in ran}
    status: Status = "error" if "error" in states else "fail" if "fail" in states else "pass"
    passed = sum(test.status == "pass" for test in ran)
    return Results(exercise, status, ran, "", round(max_points * passed / len(ran), 4), max_points, nonce)


def joined(exercise: str, parts: Iterable[Results]) -> Results:
    """The results of several checks of one exercise as one."""
    each = tuple(parts)
    states = {part.status for part in each}
    status: Status = "error" if "error" in states or not each else "fail" if "fail" in states else "pass"
    return Results(
        exercise,
        status,
        tuple(test for part in each for test in part.tests),
        " ".join(filter(None, (part.message for part in each))),
        round(sum(part.points for part in each), 4),
        round(sum(part.max_points for part in each), 4),
        each[0].nonce if each else "",
    )
