assert a.extra()==b.extra()=='x' and a.v==1 and isinstance(a,m.Mix)
