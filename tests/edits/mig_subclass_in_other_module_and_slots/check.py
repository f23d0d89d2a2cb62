assert (one.first, two.first, one.own(), one.free) == (100, 200, 2, "f")
assert sorted(a.Base.seen) == [["_Sub__own", "first", "free"], ["first"]]
