assert m.B==3 and m.f()==('n',None) and m.EXTRA==5
