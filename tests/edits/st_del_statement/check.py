assert m.X == 14 and not hasattr(m, 'tmp')
