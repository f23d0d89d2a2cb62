assert len(b) == 2 and list(b) == [1, 2]
assert isinstance(b, Sized) and isinstance(b, Iterable)
assert not isinstance(s, Sized)
