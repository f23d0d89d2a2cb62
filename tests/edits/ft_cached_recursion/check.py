assert fib(20) == 10946
assert other.cache_info().currsize == 1
