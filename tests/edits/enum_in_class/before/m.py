from enum import Enum
class Job:
    class State(Enum):
        NEW = 1
        DONE = 2
    def __init__(self):
        self.state = self.State.NEW
