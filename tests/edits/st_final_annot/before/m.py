from typing import Final
X: Final = 1
Y: int
Z: 'str' = 'z'
