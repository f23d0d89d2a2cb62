assert [m.area(s) for s in shapes] == [("c", 3), ("s", 4)]
assert all(isinstance(s, m.Shape) for s in shapes) and shapes[0].name == "s"
