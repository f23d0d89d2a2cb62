assert c.xs==[0,2,4,6] and [g() for g in c.f()]==[0,8,16,24] and fs[2]()==8, (fs[2]())
