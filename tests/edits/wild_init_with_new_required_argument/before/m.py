class Job:
    def __init__(self, name):
        self.name = name


def make(name):
    return Job(name)


JOBS = [make("a")]
