assert m.T.__annotations__.keys()=={'a','b'} and m.T.__total__ is False and m.T.__optional_keys__==frozenset({'a','b'}), m.T.__optional_keys__
assert m.mk()=={'a':1,'b':'x'}
assert m.mk.__annotations__['return'] is m.T
