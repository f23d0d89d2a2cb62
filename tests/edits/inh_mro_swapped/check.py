assert c.who() == 'B'
