from m import Planet
e = Planet.EARTH
