K=1
def f(): return K
