from enum import Enum


class Planet(Enum):
    MARS = (0.2, "rust")
    EARTH = (1.0, "blue")
    VENUS = (0.8, "yellow")

    def __init__(self, mass, color):
        self.mass = mass
        self.color = color
        self.label = self.name.title()

    @property
    def heavy(self):
        return self.mass > 0.15
