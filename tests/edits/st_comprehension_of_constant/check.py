assert m.SQ == [0, 4, 8, 12] and m.TOTAL == 24
