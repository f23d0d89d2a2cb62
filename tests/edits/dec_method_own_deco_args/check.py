assert (c.v(),c.p,c.c())==(20,60,120) and h()==20, (c.v(),c.p,c.c(),h())
