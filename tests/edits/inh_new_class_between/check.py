assert c.who() == 'Mid>A'
