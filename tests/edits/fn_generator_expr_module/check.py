assert m.f()==('n',4)
