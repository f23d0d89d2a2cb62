SRC=[1,2,3]
lazy=(x*2 for x in SRC)
mp=map(str,SRC)
def f(): return ('n',next(lazy))
