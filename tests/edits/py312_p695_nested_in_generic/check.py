P=m.Out.__type_params__[0]
assert i.q()==('2',P) and i.r() is P and o.go()==('g',('2',P))
