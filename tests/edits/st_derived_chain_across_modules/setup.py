import a, b, c
c.SEEN.append(1)
