from m import P, Impl
i = Impl()
assert isinstance(i, P)
