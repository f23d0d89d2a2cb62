assert m.f() == 'pickle'
