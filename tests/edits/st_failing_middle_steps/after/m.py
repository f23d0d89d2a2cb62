N=[]
K=2
def f(): return ('2',K)
raise ValueError
