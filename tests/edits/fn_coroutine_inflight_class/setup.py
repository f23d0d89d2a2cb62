import m, asyncio
loop=asyncio.new_event_loop()
c=m.C()
ev=asyncio.Event()
t=loop.create_task(c.a(ev))
loop.run_until_complete(asyncio.sleep(0))
