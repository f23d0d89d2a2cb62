assert m.A.__name__=='A'
