assert m.CACHE == {'x': 1}
