assert c.sq==[0,1,4,9] and 3 in c.tbl and c.m3()==3
