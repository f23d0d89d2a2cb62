assert m.CALLS == 1 and m.USERS == {'a': 1, 'b': 1, 'c': 1}
