assert m.Conf() is c and c.v==9 and c.show()=='new' and m.Conf.tag()=='tag'
