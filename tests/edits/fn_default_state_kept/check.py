assert f('b') == {'a': 1, 'b': 2}
