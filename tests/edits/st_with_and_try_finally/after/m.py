import contextlib

LOG = []


@contextlib.contextmanager
def traced(name):
    LOG.append(name)
    yield name.upper()


with traced("setup") as READY:
    VALUE = 2
try:
    LIMIT = int("x")
except ValueError:
    LIMIT = -1
finally:
    DONE = True
