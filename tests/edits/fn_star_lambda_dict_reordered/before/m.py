A = lambda: 'a'
B = lambda: 'b'
