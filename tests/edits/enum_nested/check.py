assert c.is_a() and c.k.value==5 and m.C.K.B.value==6 and m.C.K(5) is c.k
