# refused
assert a.fields == ["f_a"] and m.Meta.seen == {"A": ["f_a"]} and not hasattr(a, "f_b")
