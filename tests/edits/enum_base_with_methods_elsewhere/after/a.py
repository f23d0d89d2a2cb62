from enum import Enum


class Base(Enum):
    def label(self):
        return "new " + self.name

    @property
    def twice(self):
        return self.value * 2
