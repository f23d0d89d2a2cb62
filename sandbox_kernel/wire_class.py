"""Messages between a learner's server and the classroom service: events up, the course and commands down.

Nothing in them is trusted: who sent an event is known from the token, what it says is a claim. Points count only after
the service itself has checked the recorded answer again.
"""

from __future__ import annotations

from typing import Final, Literal

import msgspec

EVENT_BYTES: Final = 256 * 1024
BATCH: Final = 100

Status = Literal["pass", "fail", "error"]
Outcome = Literal["applied", "kept", "failed"]


class Opened(msgspec.Struct, frozen=True, tag="opened"):
    """A lesson was opened in a notebook, or its first cell ran again."""

    lesson: str
    version: str = ""


class Checked(msgspec.Struct, frozen=True, tag="checked"):
    """An answer was checked, with what the learner's own kernel made of it. `counts` is false for an untouched starter."""

    lesson: str
    version: str
    exercise: str
    answer: str
    status: Status
    points: float = 0.0
    max_points: float = 0.0
    message: str = ""
    counts: bool = True


class Hinted(msgspec.Struct, frozen=True, tag="hinted"):
    """A hint was shown; `position` counts from 1."""

    lesson: str
    exercise: str
    position: int


class Quizzed(msgspec.Struct, frozen=True, tag="quizzed"):
    """A question was answered; `picked` are the letters of the choices, such as "ac"."""

    lesson: str
    quiz: str
    picked: str
    right: bool


class Stumbled(msgspec.Struct, frozen=True, tag="stumbled"):
    """A cell raised, or an edit was refused, outside a check."""

    lesson: str
    message: str


class Fixed(msgspec.Struct, frozen=True, tag="fixed"):
    """What became of a revision of a lesson at this learner: `detail` is one sentence."""

    revision: int
    lesson: str
    outcome: Outcome
    detail: str


class Decided(msgspec.Struct, frozen=True, tag="decided"):
    """The learner accepted or declined a suggestion."""

    suggestion: int
    accepted: bool


What = Opened | Checked | Hinted | Quizzed | Stumbled | Fixed | Decided
FromSandbox = Opened | Checked | Hinted | Quizzed | Stumbled  # what a sandbox may claim; the rest only the server says


class Event(msgspec.Struct, frozen=True):
    """`key` makes sending it twice harmless; `time` is when the learner's server took it."""

    key: str
    time: float
    what: What


class Events(msgspec.Struct, frozen=True):
    events: list[Event]


class Taken(msgspec.Struct, frozen=True):
    """The keys that are safely stored; what is not named is to be sent again."""

    keys: list[str]


class LessonAt(msgspec.Struct, frozen=True):
    """A lesson at a revision: the copy that learners open, and the whole lesson without what only the service may know."""

    lesson: str
    stem: str
    revision: int
    student: str = ""
    whole: str = ""


class Course(msgspec.Struct, frozen=True):
    """`course.toml`, every lesson at its newest revision, the names of pictures; their contents are fetched one by one."""

    toml: str
    lessons: list[LessonAt]
    pictures: list[str] = []


class Look(msgspec.Struct, frozen=True, tag="look"):
    """Somebody looks over the learner's shoulder; the learner is told who."""

    id: int
    viewer: str


class Suggestion(msgspec.Struct, frozen=True, tag="suggestion"):
    """A text for an exercise, for the learner to take or leave."""

    id: int
    author: str
    lesson: str
    exercise: str
    text: str
    note: str = ""


class Orders(msgspec.Struct, frozen=True):
    """What holds now for one learner; `state` changes when any of it does. `revisions`: the newest of each lesson."""

    state: str
    revisions: dict[str, int]
    looks: list[Look]
    suggestions: list[Suggestion]


class Cell(msgspec.Struct, frozen=True):
    """One cell as a viewer sees it: text alone, cut to a bounded size."""

    id: str
    role: str
    kind: str
    source: str
    output: str = ""


class Page(msgspec.Struct, frozen=True):
    """A learner's notebook as it is saved now, for the looks that are open."""

    path: str
    cells: list[Cell]
    saved: float = 0.0
