assert c.sq==[0,1] and m.C._i==1
