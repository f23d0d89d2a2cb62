assert s.v()==1
