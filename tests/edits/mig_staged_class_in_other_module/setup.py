import a, b
s = b.Sub(); s.seen = []
