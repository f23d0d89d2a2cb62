async def a():
    return 1


def g():
    yield 1


async def ag():
    yield 1
