assert m.f(3)==(3,3,0) and m.CACHE is m.f.__kwdefaults__['cache']
