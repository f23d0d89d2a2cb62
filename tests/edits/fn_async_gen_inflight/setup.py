import m,asyncio
a=m.ag()
loop=asyncio.new_event_loop()
assert loop.run_until_complete(a.__anext__())==1
