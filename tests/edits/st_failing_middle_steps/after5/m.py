N=[]
K=1
def f(): return ('1',K)
