from m import make
old = make(1)
