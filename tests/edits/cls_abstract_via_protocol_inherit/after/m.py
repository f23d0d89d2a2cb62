from typing import Protocol
class P(Protocol):
    def go(self) -> int: ...
    def stop(self) -> int: return 9
class I(P):
    def go(self) -> int: return 2
