ev.set()
assert loop.run_until_complete(t)==('old','b2') and c.a(1)=='plain'
loop.close()
