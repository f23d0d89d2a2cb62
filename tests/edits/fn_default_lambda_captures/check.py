assert m.f()==(20,2) and k(2)==20, (m.f(), k(2))
