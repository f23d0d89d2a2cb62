import a, b
b.X = 99
