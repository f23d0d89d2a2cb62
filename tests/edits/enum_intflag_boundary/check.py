assert m.P.A is a and m.P(8).value == 8
