assert m.f()==('4',4) and m.N is n and n==[1]
