import n1
def f(): return n1.g()
BASE=5
