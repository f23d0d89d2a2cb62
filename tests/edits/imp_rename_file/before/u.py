from old import C
def mk(): return C()
