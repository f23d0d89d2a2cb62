from dataclasses import dataclass


@dataclass
class Inner:
    v: int = 0


@dataclass
class P:
    inner: Inner
