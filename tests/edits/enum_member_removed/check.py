assert list(C) == [a] and raises(ValueError, C, 2) and b.name == 'B' and 'B' not in C.__members__
