assert log.LOG == ['a', 'b'], log.LOG
assert m.C.b == 'b' and m.C().f() == 2
