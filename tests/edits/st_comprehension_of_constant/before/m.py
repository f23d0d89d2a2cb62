N = 3
SQ = [x * N for x in range(N)]
TOTAL = sum(SQ)
