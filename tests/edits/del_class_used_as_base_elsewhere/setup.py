import a, b
s = b.Sub()
