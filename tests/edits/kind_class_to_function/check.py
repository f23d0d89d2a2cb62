assert m.thing(2) == ('f', 2) and t.x == 1 and thing(3) == ('f', 3)
