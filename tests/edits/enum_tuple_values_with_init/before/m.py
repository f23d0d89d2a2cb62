from enum import Enum
class Planet(Enum):
    EARTH = (1, 2)
    MARS = (3, 4)
    def __init__(self, mass, radius):
        self.mass, self.radius = mass, radius
    @property
    def both(self):
        return self.mass + self.radius
