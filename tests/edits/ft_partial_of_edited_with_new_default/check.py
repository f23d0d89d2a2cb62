assert square(3) == 90
assert t is m.TABLE
assert t["sq"](2) == 8
