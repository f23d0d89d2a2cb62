assert exit_(None, None, None) is True
with t:
    raise ValueError
assert m.LOG == ["enter old", "exit new", "enter new", "exit new"]
