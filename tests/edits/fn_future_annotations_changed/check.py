assert f() == "a"
assert f.__annotations__ == {"x": "Missing | str", "y": "list[Missing]", "return": "Missing"}
assert list(inspect.signature(f).parameters) == ["x", "y"]
