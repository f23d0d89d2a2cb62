K=2
def f(): return ('y',K)
