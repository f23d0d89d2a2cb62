from typing import Protocol
class P(Protocol):
    def go(self) -> int: ...
class I(P):
    def go(self) -> int: return 1
