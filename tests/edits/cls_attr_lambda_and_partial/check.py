assert c.f(1)==h(1)==('2',1) and c.p()==('2',6) and c.s()=='s2' and c.c()==('c2','C') and c.q=='q2'
