from __future__ import annotations
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    from a import A, Nope
def f(x: A) -> Nope: return [x]
