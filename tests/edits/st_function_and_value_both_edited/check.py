assert m.VALUE == 3
