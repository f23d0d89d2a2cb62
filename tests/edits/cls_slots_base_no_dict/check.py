assert s.go()==h()==('s2','b2') and s.extra()==1 and raises(AttributeError,setattr,s,'y',1)
