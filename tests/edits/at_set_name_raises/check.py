# refused
assert C.k == 1 and not hasattr(C, 'bad')
