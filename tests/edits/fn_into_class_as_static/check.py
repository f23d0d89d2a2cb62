assert s.area(2, 3) == ("static", 6)
assert not hasattr(m, "area")
assert area(2, 3) == 6
