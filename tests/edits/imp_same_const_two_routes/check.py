assert c.S==6
