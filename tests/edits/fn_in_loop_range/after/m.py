ops={}
for n in (1,3):
    def op(x, n=n): return x+n
    ops[n]=op
