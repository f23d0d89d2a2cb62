assert x.total() == 30 and i.show() == 'new' and x == [1, 2]
