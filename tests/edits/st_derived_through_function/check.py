assert m.PRICE == 30 and m.LOG == [1]
