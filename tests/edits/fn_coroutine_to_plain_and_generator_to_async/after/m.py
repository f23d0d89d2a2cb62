def a():
    return 2


async def g():
    yield 2


def ag():
    yield 2
