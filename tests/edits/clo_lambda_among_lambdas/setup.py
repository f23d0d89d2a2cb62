from m import make
a, b = make(10)
