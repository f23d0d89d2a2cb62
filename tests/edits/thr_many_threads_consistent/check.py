time.sleep(.01)
assert m.pair()==(2,2) and not bad, bad[:3]
