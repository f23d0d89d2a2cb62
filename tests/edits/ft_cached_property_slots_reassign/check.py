assert c.v is v and m.C().v==[2] and c.w()=='w2' and c.s(1)==('s2',1)
