assert p.b == {'a': 1} and q.b == {'a': 2, 'extra': 9}
