assert m.user is user and m.helper is helper
assert user() == "h2?"
assert m.LOG == ["h1!"]
