assert (m.VAL,m.W)==(7,14) and not hasattr(m,'e')
