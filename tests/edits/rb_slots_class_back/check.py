assert m.S().v()==('2',1,2)
x=None
