assert isinstance(i,m.Q) and issubclass(m.I,m.Q)
