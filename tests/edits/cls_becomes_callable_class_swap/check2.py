assert m.make(1)==('fn2',1) and make(1)==('fn2',1)
