import a, b
assert not hasattr(b, 'Z')
