import asyncio


async def child(n, gate):
    await gate.wait()
    return ["child", finish(n)]


def finish(n):
    return ("new", n)


async def parent(gate):
    return await asyncio.gather(*(child(n, gate) for n in range(3)))
