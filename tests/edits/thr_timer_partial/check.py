ev.set(); t.join(5)
assert res==[('n',5,1)]
