N=[]
K=4
def f(): return ('4',K)
