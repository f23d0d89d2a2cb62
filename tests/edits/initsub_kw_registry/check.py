assert m.P.reg is reg and reg==['A','b'], reg
class C(m.P): pass
assert reg==['A','b','c']
