assert m.L.LOW is low and m.L.HIGH == 20 and m.L(20) is m.L.HIGH
assert m.DEFAULT is m.L.HIGH
assert sorted([m.L.HIGH, low]) == [low, m.L.HIGH]
