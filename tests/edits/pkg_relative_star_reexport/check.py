assert (pkg.A, pkg.B) == (5, 6) and (A, B) == (5, 6)
assert fa() == 5 and pkg.fb() == -5
