CACHE={}
def f(x,*,cache=CACHE,log=[],extra=0):
    cache[x]=1; log.append(x)
    return len(cache),len(log),extra
