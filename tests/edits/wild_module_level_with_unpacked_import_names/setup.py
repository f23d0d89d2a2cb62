import conf, m
