assert m.P.A is a and a.value==2 and b.value==4 and (a|b).value==6 and m.MASK==(a|b) and a in m.MASK and m.P.Z not in m.MASK, m.MASK
