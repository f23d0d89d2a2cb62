from typing import Protocol, runtime_checkable
@runtime_checkable
class P(Protocol):
    def a(self): ...
class Impl:
    def a(self):
        return 2
