from new import C
def mk(): return C()
