from a import New
def mk(): return New()
