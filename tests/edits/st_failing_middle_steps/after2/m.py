N=[]
K=3
def f(: return
