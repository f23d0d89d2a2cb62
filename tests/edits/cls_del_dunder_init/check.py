assert m.C(1,2).made==(1,2) and c.x==1 and raises(AttributeError,getattr,c,'made')
