from m import fib, other
assert fib(20) == 6765
other(1)
