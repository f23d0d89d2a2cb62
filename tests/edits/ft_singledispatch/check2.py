assert (show(1), show('a'), show(1.0), show([])) == ('INT', 'str', 'float', 'mine')
