assert a.show() == 'new' and str(a) == 'str A' and C.A is a
