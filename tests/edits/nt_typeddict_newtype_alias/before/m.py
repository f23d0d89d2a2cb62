from typing import NewType, TypedDict, Union

UserId = NewType("UserId", int)
Num = Union[int, float]


class Movie(TypedDict):
    name: str


def make(name) -> Movie:
    return Movie(name=name)
