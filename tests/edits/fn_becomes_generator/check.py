assert list(f()) == [1, 2] and not isinstance(f(), list)
