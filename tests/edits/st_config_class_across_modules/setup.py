import conf, m
state = m.STATE
