class E(Exception):
    code=2
    def msg(self): return 'new'
    def __str__(self): return 'E:'+super().__str__()
def boom(): raise E('y')
