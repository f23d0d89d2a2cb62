assert m.f() == 'fast' and f() == 'fast' and m.f is f
