import m
a=m.A([1]); a.n; b=m.A([1,2])
