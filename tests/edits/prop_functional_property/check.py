assert c.x == 2 and c.y == 'new'
