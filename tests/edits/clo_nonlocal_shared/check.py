add(5)
assert get() == ('t', 15)
