L=[]
def f(): return 1
