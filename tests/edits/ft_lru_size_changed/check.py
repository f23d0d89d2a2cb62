assert m.f.cache_info().maxsize == 8
assert f(1) == 1
