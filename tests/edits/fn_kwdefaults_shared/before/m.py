CACHE={}
def f(x,*,cache=CACHE,log=[]):
    cache[x]=1; log.append(x)
    return len(cache),len(log)
