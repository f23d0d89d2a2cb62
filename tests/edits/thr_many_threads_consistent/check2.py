time.sleep(.01)
stop.set()
[t.join() for t in ts]
assert m.pair()==(3,3) and not bad, bad[:3]
