assert a.send(5)==('got1',5) and b.throw(ValueError)=='caught1' and next(m.g())=='a2'
