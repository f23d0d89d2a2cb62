loop.run_until_complete(a.aclose())
assert m.log==[('v2','fin')]
loop.close()
