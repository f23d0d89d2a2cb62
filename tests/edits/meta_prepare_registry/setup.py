import m
c=m.Conf(); c.v=9
