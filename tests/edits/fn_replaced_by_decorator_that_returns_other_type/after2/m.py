class Task:
    def __init__(self, fn):
        self.fn = fn
        self.runs = 0

    def __call__(self):
        self.runs += 1
        return ("TASK", self.fn())


@Task
def f():
    return 100


def g():
    return f.runs
