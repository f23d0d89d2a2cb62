import m
k=m.K(1); d={k:'v'}
