from contextlib import contextmanager
@contextmanager
def ctx(x):
    yield ('old', x)
