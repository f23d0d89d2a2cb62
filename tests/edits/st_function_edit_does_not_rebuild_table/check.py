assert m.TABLE is t and t == {"n": 1, "mine": 1}
assert m.BUILT == [1]
assert m.HANDLERS[0]()["extra"]
