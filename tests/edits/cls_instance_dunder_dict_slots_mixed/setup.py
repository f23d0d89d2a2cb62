from m import C
c = C(); c.x = 1; c.y = 2
