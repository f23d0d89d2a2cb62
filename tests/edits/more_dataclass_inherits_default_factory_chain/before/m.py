from dataclasses import dataclass, field


@dataclass
class A:
    xs: list = field(default_factory=list)


@dataclass
class B(A):
    ys: dict = field(default_factory=dict)


@dataclass
class C(B):
    z: int = 0
