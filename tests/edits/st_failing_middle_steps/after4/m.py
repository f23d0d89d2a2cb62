N=[]
K=5
def f(): return ('5',K)
import nope_nope
