assert b.get() == "new"
assert m.Box[int]().get() == "new"
assert isinstance(b, m.Box)
assert m.Box.__parameters__ == (m.T,)
