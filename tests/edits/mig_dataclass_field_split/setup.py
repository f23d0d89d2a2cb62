import m
ps=[m.P('a b'),m.P('c d')]
