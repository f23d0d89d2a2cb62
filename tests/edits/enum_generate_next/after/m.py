from enum import Enum, auto
class E(Enum):
    @staticmethod
    def _generate_next_value_(name, start, count, last):
        return name.title()
    AB = auto()
    CD = auto()
