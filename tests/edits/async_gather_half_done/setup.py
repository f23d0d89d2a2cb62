import asyncio, m
loop = asyncio.new_event_loop()
gate = asyncio.Event()
task = loop.create_task(m.parent(gate))
loop.run_until_complete(asyncio.sleep(0))
