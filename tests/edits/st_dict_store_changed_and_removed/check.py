assert m.CONF == {'a': 10, 'mine': 3}, m.CONF
