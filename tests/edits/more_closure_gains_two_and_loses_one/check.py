assert inner(5) == [3, 5] and other() == [2]
