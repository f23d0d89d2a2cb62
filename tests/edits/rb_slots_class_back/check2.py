s=m.S()
assert s.v()==('1',1) and raises(AttributeError,setattr,s,'b',1)
