def make(x): return ('fn2',x)
