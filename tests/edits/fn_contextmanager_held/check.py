c.__exit__(None,None,None)
with f() as x: assert x==2
assert m.log==['in1','out1','in2','out2']
