import m
m.CONF['user']=1
