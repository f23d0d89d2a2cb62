assert f(1) == (1, 2, 3)
assert str(inspect.signature(f)) == "(a: int, b: int = 2, *, c=3) -> tuple"
assert f.__doc__ == "new" and f.__annotations__ == {"a": int, "b": int, "return": tuple}
