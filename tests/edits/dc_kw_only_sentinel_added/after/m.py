from dataclasses import KW_ONLY, dataclass


@dataclass
class P:
    x: int
    _: KW_ONLY
    y: int = 0
