assert m.P(2).y==5 and p.y==0 and p.s()==0 and p.z=='z' and isinstance(p, m.P) and m.P(2)._replace(x=3)==(3,5)
