import contextlib

LOG = []


@contextlib.asynccontextmanager
async def opened(name):
    LOG.append(("OPEN", name))
    try:
        yield name.upper()
    finally:
        LOG.append(("CLOSE", name))


@contextlib.contextmanager
def plain(name):
    yield ("new", name)
