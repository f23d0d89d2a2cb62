m.f(1); f(2)
assert m.f.calls == 2 and f.calls == 2
