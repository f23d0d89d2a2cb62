from abc import ABC, abstractmethod


class Walker(ABC):
    @abstractmethod
    def walk(self): ...

    def twice(self):
        return self.walk() * 2


@Walker.register
class Duck:
    def walk(self):
        return "waddle"


class Dog(Walker):
    def walk(self):
        return "run"
