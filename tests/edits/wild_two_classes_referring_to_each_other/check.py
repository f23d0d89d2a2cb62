assert a.make().make().tag() == "A2" and a.child is m.B and m.B.extra == 2
assert m.B.parent is m.A
