with c as x:
    assert x == 'in'
assert list(c) == [1, 2] and c.foo == 'FOO' and C[3] == (C, 3)
assert C(1, 2).made == (1, 2)
class D(C): pass
assert D.tag == 'sub'
