assert hash(v) == 7
