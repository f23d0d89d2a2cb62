from enum import Enum


class Base(Enum):
    def label(self):
        return "old " + self.name
