class Job:
    priority = 0

    def __init__(self, name, priority):
        self.name, self.priority = name, priority


def make(name, priority=5):
    return Job(name, priority)


JOBS = [make("a")]
