import m
c = m.a(1)(2)
inc = lambda x: x + 1
h = m.compose(inc)(inc)
