N = 5
TABLE = {}
for i in range(N):
    TABLE[i] = i * i
STATE = []
