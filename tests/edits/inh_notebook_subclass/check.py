assert x.go() == 'mine new' and isinstance(x, Base) and Mine().go() == 'mine new'
