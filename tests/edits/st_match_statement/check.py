assert m.R == 2
