assert c.log==['m1','m2']
