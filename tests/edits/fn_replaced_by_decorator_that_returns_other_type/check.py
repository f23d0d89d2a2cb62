assert m.f() == ("task", 10) and held[0]() == ("task", 10)
assert m.g() == 2
