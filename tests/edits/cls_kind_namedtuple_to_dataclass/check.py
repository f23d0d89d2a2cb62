assert m.P(1,2).s()==3 and p.x==1 and tuple(p)==(1,2)
