f = lambda x: ('lambda', x)
