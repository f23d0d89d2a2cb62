from typing import Protocol, runtime_checkable


@runtime_checkable
class Runner(Protocol):
    def run(self): ...

    def stop(self): ...


class A:
    def run(self):
        return 1


class B:
    def run(self):
        return 2

    def stop(self):
        return 3
