import m
c=m.cm(); c.__enter__(); f=m.cm
