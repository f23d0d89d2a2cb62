assert m.UserId is UserId
assert m.make("b") == {"name": "b", "year": 1}
assert set(m.Movie.__annotations__) == {"name", "year"}
assert m.Movie.__optional_keys__ == {"name", "year"}
assert complex in m.Num.__args__
