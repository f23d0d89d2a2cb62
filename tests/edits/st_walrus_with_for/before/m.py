if (n := 3) > 2:
    BIG = n
with open(__file__) as fh:
    LINES = len(fh.readlines()) * 0 + 1
