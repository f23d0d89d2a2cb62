assert repr(p) == "P(x=1, y=5)" and m.E.A is a and a.value == 10 and c.go() == "new"
