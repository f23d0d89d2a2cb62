go.set(); t.join(5)
assert out==['s2'] and m.LOCK is L
