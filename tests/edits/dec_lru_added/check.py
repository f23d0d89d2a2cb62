m.f(1); m.f(1)
assert m.CALLS == [1] and m.f.cache_info().hits == 1 and f(1) == 1
