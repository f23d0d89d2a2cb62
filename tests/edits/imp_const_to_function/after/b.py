from a import V
def g(): return V()
