assert asyncio.run(pending) == 1
assert a() == 2
assert list(running) == []
async def collect():
    return [x async for x in g()]
assert asyncio.run(collect()) == [2]
assert list(ag()) == [2]
