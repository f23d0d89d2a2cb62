assert x.a() == y.a() == "new"
assert m.make()().b() == ("added", 5)
assert y.b() == ("added", 5)
