import asyncio, m
lp = asyncio.new_event_loop()
inbox, out = asyncio.Queue(), []
task = lp.create_task(m.loop(inbox, out))
async def put(x):
    await inbox.put(x)
    await inbox.join()
lp.run_until_complete(put(1))
lock = m.LOCK
