assert run(1) == (("new", 1), ("new", 1))
assert m.C.hook("x") == ("new", "x") and m.C.hooks[0] is m.log
