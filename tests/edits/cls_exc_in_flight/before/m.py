class E(Exception):
    code=1
    def msg(self): return 'old'
def boom(): raise E('x')
