import a, b
x = a.A(); y = x.make()
