# refused
assert list(m.E)==[a] and a.value==1 and m.E(1) is a and raises(ValueError,m.E,2)
