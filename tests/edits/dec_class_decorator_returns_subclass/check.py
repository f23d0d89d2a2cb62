assert m.C is C
assert repr(c) == "<<('new', 2)>>"
assert c.more() == "more"
assert not hasattr(c, "drop") and not hasattr(c, "gone")
