assert m.B==6 and m.f()==6 and k.b==6 and k.g()==6
