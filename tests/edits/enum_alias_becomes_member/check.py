assert m.E.B is not a and m.E.B.value==2 and [x.name for x in m.E]==['A','B'] and m.E.A is a
