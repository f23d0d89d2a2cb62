from typing import Protocol, runtime_checkable
@runtime_checkable
class Q(Protocol):
    def go(self): ...
    def stop(self): ...
class I:
    def go(self): pass
