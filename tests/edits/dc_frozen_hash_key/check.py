assert d[k]=='v' and d[m.K(1,0)]=='v' and m.K(1).b==5 and k.b==0 and str(k)=='K!'
