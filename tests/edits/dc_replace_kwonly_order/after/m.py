from dataclasses import dataclass, KW_ONLY
@dataclass
class A:
    x: int
    y: int=1
    _: KW_ONLY
    z: int=3
