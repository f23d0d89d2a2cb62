import functools
def limit(n):
    def deco(f):
        calls=[]
        @functools.wraps(f)
        def w(*a):
            calls.append(a)
            return ('n',len(calls), n, f(*a))
        w.calls=calls
        return w
    return deco
@limit(5)
def f(x): return x*2
@limit(6)
def g(x): return x
