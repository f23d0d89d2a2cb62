import asyncio


async def child(n, gate):
    await gate.wait()
    return finish(n)


def finish(n):
    return ("old", n)


async def parent(gate):
    return await asyncio.gather(*(child(n, gate) for n in range(2)))
