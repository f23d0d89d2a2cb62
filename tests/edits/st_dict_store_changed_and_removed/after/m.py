CONF = {}
CONF['a'] = 10
