assert b.Z == 2 and b.X == 1
