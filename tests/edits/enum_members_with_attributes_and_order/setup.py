import m
earth, mars = m.Planet.EARTH, m.Planet.MARS
earth.visited = True
