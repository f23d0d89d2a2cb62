async def run(): return [x async for x in m.g()]+[x async for x in c]
assert asyncio.run(run())==[2,2] and list(a)==[1] and raises(TypeError, iter, c)
