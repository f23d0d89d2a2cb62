assert m.FLAG is True
