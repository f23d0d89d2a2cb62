up(2)
assert (a.get(),a.p,a.s())==(('g',20),('p',20),('s',20)) and m.a is a
