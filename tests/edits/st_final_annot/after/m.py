from typing import Final
X: Final[int] = 2
Z: bytes = b'z'
W: float
