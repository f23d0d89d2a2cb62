assert a is E.A and a.show()==('new',20) and b.value==21 and E(20) is a and by[E.A]==1 and raises(ValueError, E, 10)
