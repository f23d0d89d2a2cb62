from enum import Enum


class E(Enum):
    A = "a"
