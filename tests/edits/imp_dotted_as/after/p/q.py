K=5
def f(): return K*2
