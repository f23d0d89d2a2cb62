h = m.Half()
assert (h.a(), h.b) == (1, "b")
assert raises(TypeError, m.Base)
