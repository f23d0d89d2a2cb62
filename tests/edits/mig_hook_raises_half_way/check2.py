assert all(p.m == 1 and p.items[-1] == 'x' for p in ps)
