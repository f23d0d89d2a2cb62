from typing import Generic, TypeVar

T = TypeVar("T")


class Root:
    pass


class Box(Root, Generic[T]):
    def get(self):
        return "new"
