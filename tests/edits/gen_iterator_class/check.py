assert list(it) == [11, 21]
async def read():
    return [x async for x in m.Pages()]
assert asyncio.run(read()) == ["new"]
