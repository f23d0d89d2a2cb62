assert c.log==['m1']
