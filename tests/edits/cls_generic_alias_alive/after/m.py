from typing import Generic, TypeVar

T = TypeVar("T")
K = TypeVar("K")


class Box(Generic[T]):
    default = None

    def __init__(self, value: T) -> None:
        self.value = value

    def get(self) -> T:
        return ("new", self.value)


class Pair(Box[T], Generic[T, K]):
    pass
