assert [m.name for m in C] == ['Z', 'A', 'B'] and a.value == 2 and C(2) is a and d[C.A] == 1
