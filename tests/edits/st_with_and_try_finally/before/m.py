import contextlib

LOG = []


@contextlib.contextmanager
def traced(name):
    LOG.append(name)
    yield name.upper()


with traced("setup") as READY:
    VALUE = 1
try:
    LIMIT = int("12")
except ValueError:
    LIMIT = 0
finally:
    DONE = True
