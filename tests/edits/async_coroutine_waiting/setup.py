import asyncio, m
loop = asyncio.new_event_loop()
async def start():
    global ev, task
    ev = asyncio.Event()
    task = asyncio.ensure_future(m.work(ev))
    await asyncio.sleep(0)
loop.run_until_complete(start())
