N = 3
TABLE = {}
for i in range(N):
    TABLE[i] = i * i
STATE = []
