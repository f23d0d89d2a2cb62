from enum import Enum


class Planet(Enum):
    EARTH = (1.0, "blue")
    MARS = (0.1, "red")

    def __init__(self, mass, color):
        self.mass = mass
        self.color = color

    @property
    def heavy(self):
        return self.mass > 0.5
