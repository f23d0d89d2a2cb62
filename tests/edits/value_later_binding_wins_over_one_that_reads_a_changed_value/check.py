assert ('last', 1) == (m.x, m.y)
