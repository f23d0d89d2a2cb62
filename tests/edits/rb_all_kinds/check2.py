assert d.go()==('1',1) and repr(d)=='D(x=1)' and p.v==1 and a.value==1 and f()==1 and list(m.E)==[a] and raises(TypeError,hash,p) and raises(TypeError, lambda: m.D()<m.D()) and not hasattr(m.D,'y')
