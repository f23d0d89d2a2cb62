assert a >= b and b <= a and sorted([a, b]) == [b, a]
