assert c.a=='pa' and c.b()=='sb' and m.C.c()==('cc','C')
