assert m.new_name(1) == ("new", 1)
assert m.old_name is m.new_name
assert old_name(1) == ("new", 1)
assert held[0](1) in (("old", 1), ("new", 1))
