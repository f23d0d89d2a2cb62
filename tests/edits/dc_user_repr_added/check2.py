assert repr(p) == 'P(x=1)'
