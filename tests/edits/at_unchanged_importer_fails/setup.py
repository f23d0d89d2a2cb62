import a, b
grid = b.GRID
