CONF = {}
CONF['a'] = 1
CONF['b'] = 2
