assert m.user(3) == ("py", 6) and compute(3) == ("py", 6)
