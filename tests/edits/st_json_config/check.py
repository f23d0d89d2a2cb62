assert m.A==2 and m.CONF['a']==2
