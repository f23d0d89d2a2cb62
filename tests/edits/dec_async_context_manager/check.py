assert asyncio.run(use()) == "X"
assert m.LOG == [("open", "x"), ("close", "x"), ("OPEN", "x"), ("CLOSE", "x")]
assert entered.__exit__(None, None, None) in (None, False)
with plain("b") as got:
    assert got == ("new", "b")
