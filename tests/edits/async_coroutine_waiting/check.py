async def finish():
    ev.set()
    return await task
assert loop.run_until_complete(finish()) == 'new'
async def again():
    e = asyncio.Event(); e.set()
    return await m.work(e)
assert loop.run_until_complete(again()) == ('w2', 'new')
loop.close()
