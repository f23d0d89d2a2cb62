# refused
assert m.f()==('1',1) and m.N is n
