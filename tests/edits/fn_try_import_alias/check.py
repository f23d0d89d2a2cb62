assert m.f()=='fast' and f()=='fast'
