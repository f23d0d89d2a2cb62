from contextlib import contextmanager
@contextmanager
def ctx(x):
    yield ('new', x)
