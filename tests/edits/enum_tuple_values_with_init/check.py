assert e is Planet.EARTH and e.mass == 10 and e.both == 12 and Planet((10, 2)) is e
