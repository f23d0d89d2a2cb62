def f(a,/,b,*,c=0): return (a,b,c)
