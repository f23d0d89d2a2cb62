# refused
assert lines() == [(7, 'boom()'), (5, "raise ValueError('y')")], lines()
