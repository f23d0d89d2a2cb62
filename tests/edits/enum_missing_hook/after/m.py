from enum import Enum


class E(Enum):
    A = "a"

    @classmethod
    def _missing_(cls, value):
        return cls(value.lower()) if value != value.lower() else None

    def __str__(self):
        return f"<{self.value}>"
