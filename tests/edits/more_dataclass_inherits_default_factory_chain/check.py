assert c.log == ["fresh"] and c.total() == 2 and m.C().log is not c.log
assert m.C(z=1) == m.C([], ["fresh"], {}, 1)
