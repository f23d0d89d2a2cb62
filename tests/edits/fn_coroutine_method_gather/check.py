gate.set()
assert loop.run_until_complete(asyncio.gather(*tasks))==[['new','new']]*2
assert loop.run_until_complete(w.run(1,gate))=='newrun'
loop.close()
