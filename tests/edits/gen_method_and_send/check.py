assert g.send(1) == ('new', 1)
