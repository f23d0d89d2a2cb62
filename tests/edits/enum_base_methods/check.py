assert x.show()==('2','A') and x.low=='a' and b.E.names()==['A','B'] and b.E.A is x
