N = 4
SQ = [x * N for x in range(N)]
TOTAL = sum(SQ)
