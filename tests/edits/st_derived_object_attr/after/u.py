from conf import conf, Conf
D=Conf.depth*10
O=Conf.opts['a']+1
