assert m.C.count == 2 and m.C.items == [1, 1] and a.show() == 'new'
