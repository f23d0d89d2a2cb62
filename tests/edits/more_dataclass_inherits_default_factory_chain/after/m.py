from dataclasses import dataclass, field


@dataclass
class A:
    xs: list = field(default_factory=list)
    log: list = field(default_factory=lambda: ["fresh"])

    def total(self):
        return len(self.xs) + len(self.log)


@dataclass
class B(A):
    ys: dict = field(default_factory=dict)


@dataclass
class C(B):
    z: int = 0
