import a, b
c = b.make()
