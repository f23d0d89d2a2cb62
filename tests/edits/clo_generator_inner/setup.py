from m import make
g = make(2)
