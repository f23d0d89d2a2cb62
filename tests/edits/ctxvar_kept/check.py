assert m.V is v and m.f()==('n',9)
v.reset(tok)
assert m.f()==('n',1)
