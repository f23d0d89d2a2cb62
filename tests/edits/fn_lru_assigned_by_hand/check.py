assert m.slow(1) == 101
assert slow(1) == 101
assert m.slow.cache_info().currsize == 1
