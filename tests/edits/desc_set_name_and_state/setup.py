from m import C, Field
c = C(); c.a = 1
