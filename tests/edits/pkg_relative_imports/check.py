assert pkg.g() == (5, 5, 6) and pkg.a.X == 5
