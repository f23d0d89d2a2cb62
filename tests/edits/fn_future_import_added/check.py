assert f() == 2
assert f.__annotations__["x"] == "Later"
assert g(5) == 5
