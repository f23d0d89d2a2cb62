assert sorted(m.TABLE) == [0, 1, 2, 3, 4] and m.STATE == [1] and m.i == 4
