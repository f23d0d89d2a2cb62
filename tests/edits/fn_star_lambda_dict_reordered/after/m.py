B = lambda: 'b2'
A = lambda: 'a2'
