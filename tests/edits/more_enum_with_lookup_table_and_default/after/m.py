from enum import Enum


class Level(Enum):
    LOW = "low"
    MID = "mid"
    HIGH = "high"

    @property
    def rank(self):
        return RANKS[self] * 10


RANKS = {Level.LOW: 0, Level.MID: 1, Level.HIGH: 2}
DEFAULT = Level.MID


def pick(level=DEFAULT):
    return level.rank
