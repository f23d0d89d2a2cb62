from enum import Enum


class Level(Enum):
    LOW = "low"
    HIGH = "high"

    @property
    def rank(self):
        return RANKS[self]


RANKS = {Level.LOW: 0, Level.HIGH: 1}
DEFAULT = Level.LOW


def pick(level=DEFAULT):
    return level.rank
