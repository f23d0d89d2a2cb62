assert x.tag() == "a2 3" and x.other().tag() == "b2 5"
assert isinstance(x.other().other(), a.A)
