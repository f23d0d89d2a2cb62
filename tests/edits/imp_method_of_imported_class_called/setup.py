import a, b, c
z = c.Z
