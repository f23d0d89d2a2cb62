K=1
def f(): return ('x',K)
