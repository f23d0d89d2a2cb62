import m,asyncio
loop=asyncio.new_event_loop()
w=m.W(); gate=asyncio.Event()
tasks=[loop.create_task(w.run(2,gate)) for _ in range(2)]
loop.run_until_complete(asyncio.sleep(0))
