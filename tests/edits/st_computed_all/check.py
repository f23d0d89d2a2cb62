assert m.b
