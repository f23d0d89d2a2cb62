from typing import NewType, TypedDict, Union

UserId = NewType("UserId", int)
Num = Union[int, float, complex]


class Movie(TypedDict, total=False):
    name: str
    year: int


def make(name) -> Movie:
    return Movie(name=name, year=1)
