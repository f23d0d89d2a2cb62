assert p.v == 20
