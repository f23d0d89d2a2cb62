assert m.C.B == 30 and m.C.log == [1]
