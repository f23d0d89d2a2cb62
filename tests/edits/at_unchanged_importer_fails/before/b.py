from a import SIZE

if SIZE > 5:
    raise ValueError("too large")
GRID = [0] * SIZE
