assert a.g() == 'Ag' and b.f() == 'Bf' and not hasattr(a, 'f')
