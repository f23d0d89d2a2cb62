L=[]
def f(): return 2
L.append('run')
