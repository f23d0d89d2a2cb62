assert b.LIMIT == [1] and b.value.x == 1 and LIMIT == [1]
