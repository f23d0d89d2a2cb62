import contextlib

LOG = []


@contextlib.asynccontextmanager
async def opened(name):
    LOG.append(("open", name))
    try:
        yield name
    finally:
        LOG.append(("close", name))


@contextlib.contextmanager
def plain(name):
    yield ("old", name)
