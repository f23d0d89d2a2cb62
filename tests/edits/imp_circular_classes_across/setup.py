import a, b
x = a.A()
