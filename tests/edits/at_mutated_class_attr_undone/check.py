# refused
assert d.cfg=={'a':1} and d.lst==[1]
