def make(x): return ('fn',x)
