assert m.E.A is a and a.value == 20 and m.E(21) is m.E.B
