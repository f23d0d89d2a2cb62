assert raises(AttributeError, getattr, c, 'zz') and r().y()==1
