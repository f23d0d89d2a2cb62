from dataclasses import dataclass, KW_ONLY
@dataclass
class A:
    x: int
    _: KW_ONLY
    y: int=1
