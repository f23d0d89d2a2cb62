assert add1 is m.add1 and add1(5) == 5
