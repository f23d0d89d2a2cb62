import m
m.CONF['mine'] = 3
