c.add('b')
assert m.C.reg is reg and reg=={'a':1,'b':20} and m.C.items==[1]
