assert m.E.A is a and a.value==2 and m.E.N==6 and m.E.B.value==9 and 'F' in m.E.__members__
