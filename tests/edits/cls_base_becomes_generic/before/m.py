from typing import Generic, TypeVar

T = TypeVar("T")


class Root:
    pass


class Box(Root):
    def get(self):
        return "old"
