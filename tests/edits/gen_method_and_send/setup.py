from m import C
g = C().gen(); next(g)
