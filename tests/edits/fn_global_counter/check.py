assert m.bump() == 6
