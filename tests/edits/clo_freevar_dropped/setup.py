from m import make
f = make(1, 2)
