assert repr(p) == 'mine' and p == P(1)
