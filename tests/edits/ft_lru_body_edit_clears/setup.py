from m import f, g, C
f(1); g(1)
c = C(); c.h()
