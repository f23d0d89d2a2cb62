assert x.name() == 'a2' and y.name() == 'b2' and y.back().name() == 'a2' and isinstance(x.make(), b.B)
